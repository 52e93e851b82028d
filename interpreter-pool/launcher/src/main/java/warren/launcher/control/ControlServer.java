package warren.launcher.control;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.VirtualHostName;
import warren.launcher.Launcher;
import warren.launcher.system.DescriptorStream;
import warren.launcher.system.Descriptors;
import warren.launcher.system.SystemCallFailed;
import warren.launcher.system.UnixSocket;

/** Hears root on the control socket, one ask a connection. */
public final class ControlServer implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(ControlServer.class);
    private static final Duration WHOLE_ASK = Duration.ofHours(1);
    private static final int ROOT = 0;
    private final UnixSocket socket;
    private final Launcher launcher;
    private final Runnable stop;
    private volatile boolean closed;

    /** @param stop ends this process, in its own time */
    public ControlServer(Launcher launcher, Runnable stop) throws SystemCallFailed {
        this.socket = UnixSocket.listen(launcher.directories().controlSocket().toString(), ROOT, 0600);
        this.launcher = launcher;
        this.stop = stop;
        start("control", this::acceptForever);
    }

    private static void start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void acceptForever() {
        while (!closed) {
            try {
                int connection = socket.accept();
                start("control-ask", () -> serve(connection));
            } catch (SystemCallFailed e) {
                if (!closed) {
                    LOG.error("{}", e.getMessage());
                }
            }
        }
    }

    private void serve(int connection) {
        try {
            long user = UnixSocket.peerUser(connection);
            if (user != ROOT) {
                LOG.warn("UID {} connected to the control socket, expected 0: closed", user);
                return;
            }
            DescriptorStream stream = new DescriptorStream(connection, WHOLE_ASK);
            ControlAsk ask = ControlMessages.ask(new BufferedInputStream(stream.input()));
            stream.output().write(ControlMessages.line(answer(ask)));
            if (ask.verb() == ControlAsk.Verb.STOP) {
                stop.run();
            }
        } catch (IOException e) {
            if (!closed) {
                LOG.warn("an ask on the control socket was closed: {}", e.getMessage());
            }
        } finally {
            Descriptors.close(connection);
        }
    }

    private ControlAnswer answer(ControlAsk ask) throws IOException {
        return switch (ask.verb()) {
            case STATUS -> new ControlAnswer(true, List.of(), Optional.of(launcher.status()));
            case STOP -> new ControlAnswer(true, List.of("stopping"), Optional.empty());
            case RELOAD -> reload(ask);
        };
    }

    private ControlAnswer reload(ControlAsk ask) throws IOException {
        if (ask.virtualHost().isPresent() && !VirtualHostName.isWellFormed(ask.virtualHost().get())) {
            return new ControlAnswer(false, List.of("\"" + ask.virtualHost().get() + "\" is no virtual host's name"),
                Optional.empty());
        }
        Launcher.ReloadResult result = launcher.reload(ask.virtualHost().map(VirtualHostName::new),
            Duration.ofSeconds(ask.withinSeconds()));
        return new ControlAnswer(result.good(), result.lines(), Optional.empty());
    }

    @Override
    public void close() {
        closed = true;
        socket.close();
    }
}
