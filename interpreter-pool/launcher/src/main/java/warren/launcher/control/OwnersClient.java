package warren.launcher.control;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import warren.contract.OwnersAnswer;
import warren.contract.OwnersAsk;

/** The command's side of the connector's socket for owners. The kernel tells the connector under which UID this runs. */
public final class OwnersClient {
    private final Path socket;

    public OwnersClient(Path socket) {
        this.socket = socket;
    }

    /** Asks and waits for the answer. */
    public OwnersAnswer ask(OwnersAsk ask) throws IOException {
        try (SocketChannel connection = connect()) {
            ask.sendTo(Channels.newOutputStream(connection));
            return OwnersAnswer.receive(new BufferedInputStream(Channels.newInputStream(connection)));
        }
    }

    private SocketChannel connect() throws IOException {
        try {
            return SocketChannel.open(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            throw new IOException("nothing answers on " + socket + " (" + e.getMessage() + "): is Warren running, and with this runtime"
                + " directory?", e);
        }
    }
}
