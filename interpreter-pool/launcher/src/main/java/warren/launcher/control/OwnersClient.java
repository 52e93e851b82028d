package warren.launcher.control;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import warren.contract.OwnersAnswer;
import warren.contract.OwnersAsk;
import warren.contract.VirtualHostName;
import warren.launcher.credentials.CredentialIntake;

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

    /**
     * Gives a credential into the launcher's hand, once {@link OwnersAsk.Verb#GIVE_CREDENTIAL} is answered.
     *
     * @throws IOException where it is not set, for what is waited for is another, say
     */
    public static void give(Path intake, VirtualHostName host, String name, byte[] value) throws IOException {
        try (SocketChannel connection = SocketChannel.open(UnixDomainSocketAddress.of(intake))) {
            BufferedReader told = new BufferedReader(Channels.newReader(connection, StandardCharsets.UTF_8));
            String awaited = told.readLine();
            if (!CredentialIntake.greeting(host, name).equals(awaited)) {
                throw new IOException("the launcher waits for \"" + awaited + "\", expected it to wait for \""
                    + CredentialIntake.greeting(host, name) + "\": nothing was sent");
            }
            ByteBuffer whole = ByteBuffer.allocate(Integer.BYTES + value.length).putInt(value.length).put(value).flip();
            while (whole.hasRemaining()) {
                connection.write(whole);
            }
            String refusal = told.readLine();
            if (refusal == null || !refusal.isEmpty()) {
                throw new IOException(refusal == null ? "the launcher has not said that it is set" : refusal);
            }
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
