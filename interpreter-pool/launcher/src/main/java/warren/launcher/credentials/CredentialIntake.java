package warren.launcher.credentials;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.VirtualHostName;
import warren.launcher.system.DescriptorStream;
import warren.launcher.system.Descriptors;
import warren.launcher.system.SystemCallFailed;
import warren.launcher.system.UnixSocket;

/**
 * Takes a credential from its owner's hand. The connector has relayed two names; then there is a socket for some seconds that the
 * owner alone can connect to, by its mode. He is told the names, so that he need not believe the connector which of his credentials
 * it is, and sends a length and so many bytes, which root counts and does not look at.
 */
public final class CredentialIntake {
    private static final Logger LOG = LogManager.getLogger(CredentialIntake.class);
    /** How long a value is waited for, and then how long it may take to come. */
    public static final Duration USUAL = Duration.ofSeconds(10);
    private static final int MOST = 16;
    private final Path directory;
    private final CredentialStore store;
    private final Duration within;
    private final Set<Long> open = new HashSet<>();

    /**
     * @param directory in which root alone makes files, and which everybody may go through
     * @param within how long somebody is waited for, and how long he may take then
     */
    public CredentialIntake(Path directory, CredentialStore store, Duration within) {
        this.directory = directory;
        this.store = store;
        this.within = within;
    }

    /** Where the owner of this UID gives it. */
    public static Path socket(Path directory, long uid) {
        return directory.resolve(uid + ".sock");
    }

    /** What the owner is told first, with a line's end: whose it is and which. */
    public static String greeting(VirtualHostName host, String name) {
        return host + " " + name;
    }

    /**
     * Waits for one value, in the background.
     *
     * @throws IOException where it cannot be waited for now
     */
    public void open(VirtualHostName host, String name, long uid) throws IOException {
        enter(uid);
        try {
            UnixSocket socket = UnixSocket.listenFor((int) uid, socket(directory, uid).toString());
            Thread thread = new Thread(() -> take(socket, host, name, uid), "credential-" + uid);
            thread.setDaemon(true);
            thread.start();
        } catch (SystemCallFailed e) {
            leave(uid);
            throw e;
        }
    }

    private synchronized void enter(long uid) throws IOException {
        if (open.size() >= MOST || open.contains(uid)) {
            throw new IOException("another value is waited for, expected it within " + within.toSeconds() + " s; try again then");
        }
        open.add(uid);
    }

    private synchronized void leave(long uid) {
        open.remove(uid);
    }

    private void take(UnixSocket socket, VirtualHostName host, String name, long uid) {
        try (socket) {
            OptionalInt connection = socket.accept(within);
            if (connection.isPresent()) {
                try {
                    converse(connection.getAsInt(), host, name);
                } finally {
                    Descriptors.close(connection.getAsInt());
                }
                LOG.info("vhost={} UID {} has set the credential {}", host, uid, name);
            }
        } catch (IOException e) {
            LOG.warn("vhost={} UID {} has not set the credential {}: {}", host, uid, name, e.getMessage());
        } finally {
            leave(uid);
        }
    }

    /** An empty second line says that it is set. */
    private void converse(int connection, VirtualHostName host, String name) throws IOException {
        DescriptorStream stream = new DescriptorStream(connection, within);
        tell(stream, greeting(host, name));
        try {
            store.set(host, name, value(new DataInputStream(stream.input())));
        } catch (IOException e) {
            tell(stream, "not set: " + e.getMessage());
            throw e;
        }
        tell(stream, "");
    }

    private static byte[] value(DataInputStream in) throws IOException {
        try {
            byte[] value = new byte[CredentialStore.requireLength(in.readInt())];
            in.readFully(value);
            return value;
        } catch (EOFException e) {
            throw new IOException("it ended too early, expected a length of four bytes and so many bytes", e);
        }
    }

    private static void tell(DescriptorStream stream, String line) throws IOException {
        stream.output().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
