package warren.launcher.control;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import warren.launcher.system.DescriptorStream;
import warren.launcher.system.Descriptors;
import warren.launcher.system.SystemCallFailed;
import warren.launcher.system.UnixSocket;

/** The command's side of the control socket. */
public final class ControlClient {
    private static final Duration GRACE = Duration.ofSeconds(60);
    private final Path socket;

    public ControlClient(Path socket) {
        this.socket = socket;
    }

    /** Asks and waits for the answer. */
    public ControlAnswer ask(ControlAsk ask) throws IOException {
        int connection = connect();
        try {
            return converse(connection, ask).answer();
        } finally {
            Descriptors.close(connection);
        }
    }

    /** Asks for a stop and waits until the launcher has gone. */
    public void stop(ControlAsk ask) throws IOException {
        int connection = connect();
        try {
            InputStream rest = converse(connection, ask).rest();
            // the launcher keeps the connection until it ends
            rest.skipNBytes(1);
        } catch (EOFException gone) {
            return;
        } finally {
            Descriptors.close(connection);
        }
    }

    private record Conversation(ControlAnswer answer, InputStream rest) { }

    private static Conversation converse(int connection, ControlAsk ask) throws IOException {
        DescriptorStream stream = new DescriptorStream(connection, Duration.ofSeconds(ask.withinSeconds()).plus(GRACE));
        stream.output().write(ControlMessages.line(ask));
        InputStream input = new BufferedInputStream(stream.input());
        return new Conversation(ControlMessages.answer(input), input);
    }

    private int connect() throws IOException {
        try {
            return UnixSocket.connect(socket.toString());
        } catch (SystemCallFailed e) {
            throw new IOException("no launcher answers on " + socket + " (" + e.errno() + "): is Warren running, and with"
                + " this runtime directory?", e);
        }
    }
}
