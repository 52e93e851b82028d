package warren.launcher.system;

import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Accepts on a Unix socket, on a thread of its own, and hears one UID alone: a connection of any other is closed before
 * a byte of it is read. Where accept4 itself fails, out of descriptors for instance, it is tried again after a pause.
 */
public final class PeerAcceptor implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(PeerAcceptor.class);
    private static final long PAUSE_MILLIS = 200;

    /** What is done on one connection, which is closed afterwards. */
    public interface Conversation {
        void hold(int connection) throws IOException;
    }

    private final UnixSocket socket;
    private final String name;
    private final long peer;
    private final Executor workers;
    private final Conversation conversation;
    private volatile boolean closed;

    /**
     * @param socket is closed with this
     * @param name of the thread, and in log lines
     * @param peer the only UID that is heard
     * @param workers hold the conversations
     */
    public PeerAcceptor(UnixSocket socket, String name, long peer, Executor workers, Conversation conversation) {
        this.socket = socket;
        this.name = name;
        this.peer = peer;
        this.workers = workers;
        this.conversation = conversation;
        Thread thread = new Thread(this::acceptForever, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void acceptForever() {
        while (!closed) {
            try {
                int connection = socket.accept();
                workers.execute(() -> serve(connection));
            } catch (SystemCallFailed e) {
                if (!closed) {
                    LOG.error("{}: {}", name, e.getMessage());
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
                }
            }
        }
    }

    private void serve(int connection) {
        try {
            long user = UnixSocket.peerUser(connection);
            if (user == peer) {
                conversation.hold(connection);
            } else {
                LOG.warn("{}: UID {} connected, expected {}: closed", name, user, peer);
            }
        } catch (IOException e) {
            if (!closed) {
                LOG.warn("{}: an ask was closed: {}", name, e.getMessage());
            }
        } finally {
            Descriptors.close(connection);
        }
    }

    @Override
    public void close() {
        closed = true;
        socket.close();
    }
}
