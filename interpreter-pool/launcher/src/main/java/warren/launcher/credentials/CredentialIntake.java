package warren.launcher.credentials;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.VirtualHostName;
import warren.launcher.system.DescriptorStream;
import warren.launcher.system.Descriptors;
import warren.launcher.system.UnixSocket;

/**
 * Takes a credential from its owner's hand. The connector has relayed two names; then there is a socket for some seconds that the
 * owner alone can connect to, by its mode and by what the kernel says of who has. He is told the names, so that he need not believe
 * the connector which of his credentials it is, and sends a length and so many bytes, which root counts and does not look at.
 */
public final class CredentialIntake {
    private static final Logger LOG = LogManager.getLogger(CredentialIntake.class);
    /** How long somebody is waited for, and then how long his value may take to come. */
    public static final Duration USUAL = Duration.ofSeconds(10);
    private static final int MOST = 16;
    /** Each is work of root's that no quota pays for: some at once, and in the long run once in a while. */
    private static final Duration EACH = Duration.ofSeconds(10);
    private static final int AT_ONCE = 12;
    private final Path directory;
    private final CredentialStore store;
    private final Duration within;
    private final Map<Long, Wanted> open = new HashMap<>();
    /** By UID, when all of its asks would be over, had they come one after another; of {@link System#nanoTime}. */
    private final Map<Long, Long> overNanos = new HashMap<>();

    /**
     * What an owner wants to set.
     *
     * @param uid the owner's
     * @param isHis whether the virtual host still is, when the value has come
     */
    public record Wanted(VirtualHostName host, String name, long uid, BooleanSupplier isHis) { }

    /** Why it is not waited for, in words for the owner. */
    public static final class Refused extends IOException {
        private static final long serialVersionUID = 1L;

        public Refused(String sentence) {
            super(sentence);
        }
    }

    /** What is looked at before it is waited for. */
    public interface Requirement {
        /** @throws Refused where it is not met */
        void require() throws IOException;
    }

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
     * @throws Refused where the requirement is not met, or too many are waited for, or have been asked for lately
     * @throws IOException where the machine does not let it
     */
    public void open(Wanted wanted, Requirement requirement) throws IOException {
        enter(wanted);
        boolean waits = false;
        try {
            requirement.require();
            UnixSocket socket = UnixSocket.listenFor((int) wanted.uid(), socket(directory, wanted.uid()).toString());
            try {
                Thread thread = new Thread(() -> take(socket, wanted), "credential-" + wanted.uid());
                thread.setDaemon(true);
                thread.start();
                waits = true;
            } finally {
                if (!waits) {
                    socket.close();
                }
            }
        } finally {
            if (!waits) {
                leave(wanted);
            }
        }
    }

    private synchronized void enter(Wanted wanted) throws Refused {
        long uid = wanted.uid();
        if (open.containsKey(uid) || open.size() >= MOST) {
            throw new Refused("another value is waited for; try again in some seconds");
        }
        long now = System.nanoTime();
        overNanos.values().removeIf(over -> over - now <= 0);
        long from = overNanos.getOrDefault(uid, now);
        if (from - now > EACH.multipliedBy(AT_ONCE - 1).toNanos()) {
            throw new Refused("credentials have been set too often; try again in " + EACH.toSeconds() + " s");
        }
        overNanos.put(uid, from + EACH.toNanos());
        open.put(uid, wanted);
    }

    private synchronized void leave(Wanted wanted) {
        open.remove(wanted.uid(), wanted);
    }

    private void take(UnixSocket socket, Wanted wanted) {
        try {
            OptionalInt connection;
            try (socket) {
                connection = socket.accept(within);
            }
            if (connection.isPresent()) {
                try {
                    converse(connection.getAsInt(), wanted);
                } finally {
                    Descriptors.close(connection.getAsInt());
                }
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("vhost={} UID {} and the credential {}: {}", wanted.host(), wanted.uid(), wanted.name(), e.toString());
        } finally {
            leave(wanted);
        }
    }

    /** An empty second line says that it is set. */
    private void converse(int connection, Wanted wanted) throws IOException {
        // the socket is the owner's, who can let others connect to it
        if (UnixSocket.peerUser(connection) != wanted.uid()) {
            throw new IOException("UID " + UnixSocket.peerUser(connection) + " connected");
        }
        DescriptorStream stream = new DescriptorStream(connection, within);
        tell(stream, greeting(wanted.host(), wanted.name()));
        String refusal = "";
        try {
            keep(value(new DataInputStream(stream.input())), wanted);
        } catch (IOException e) {
            refusal = "not set: " + e.getMessage();
        }
        // before he is told: his next ask must not find this one in its way
        leave(wanted);
        tell(stream, refusal);
    }

    private void keep(byte[] value, Wanted wanted) throws IOException {
        if (!wanted.isHis().getAsBoolean()) {
            throw new IOException(wanted.host() + " is not yours any more");
        }
        try {
            store.set(wanted.host(), wanted.name(), value);
        } catch (IOException e) {
            LOG.warn("vhost={} UID {} could not set the credential {}: {}", wanted.host(), wanted.uid(), wanted.name(), e.getMessage());
            throw new IOException("the store does not take it; the administrator can say why", e);
        }
        LOG.info("vhost={} UID {} has set the credential {}", wanted.host(), wanted.uid(), wanted.name());
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
