package warren.connector;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.OwnersAnswer;
import warren.contract.OwnersAsk;

/**
 * {@code owners.sock}, to which everybody may connect: an owner asks for his own virtual hosts, and the kernel says who he is. One
 * ask a connection, of which each UID has a few at a time; whoever sends nothing, or something else, is cut after two seconds
 * and costs a connection meanwhile.
 */
final class OwnersSocket implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(OwnersSocket.class);
    private static final int MOST_OF_ONE = 4;
    private static final int MOST = 128;
    private static final long ASK_SECONDS = 2;
    private static final long ANSWER_SECONDS = 2;

    private final Path path;
    private final ServerSocketChannel socket;
    private final OwnersOrders orders;
    private final Map<Long, Integer> open = new ConcurrentHashMap<>();
    private final AtomicInteger all = new AtomicInteger();
    private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1, work -> {
        Thread thread = new Thread(work, "owners-clock");
        thread.setDaemon(true);
        return thread;
    });

    private OwnersSocket(Path path, ServerSocketChannel socket, OwnersOrders orders) {
        this.path = path;
        this.socket = socket;
        this.orders = orders;
        clock.setRemoveOnCancelPolicy(true);
    }

    /**
     * Replaces the socket of a connector before this one.
     *
     * @throws IOException where it cannot be opened, or this Java does not tell who connects
     */
    static OwnersSocket open(Path path, OwnersOrders orders) throws IOException {
        ServerSocketChannel socket = SocketFile.listen(path);
        try (SocketChannel own = SocketChannel.open(UnixDomainSocketAddress.of(path)); SocketChannel accepted = socket.accept()) {
            if (!PeerUid.isKnown(own) || !PeerUid.isKnown(accepted)) {
                throw new IOException("this Java does not tell who connects to a Unix socket");
            }
        }
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
        OwnersSocket opened = new OwnersSocket(path, socket, orders);
        Thread.ofPlatform().daemon().name("owners").start(opened::accept);
        return opened;
    }

    private void accept() {
        while (socket.isOpen()) {
            try {
                admit(socket.accept());
            } catch (IOException | RuntimeException e) {
                LOG.debug("an owner's connection came to nothing", e);
            }
        }
    }

    private void admit(SocketChannel connection) throws IOException {
        OptionalLong uid = PeerUid.of(connection);
        if (uid.isEmpty() || !enter(uid.getAsLong())) {
            connection.close();
            return;
        }
        Thread.ofVirtual().name("owner " + uid.getAsLong()).start(() -> {
            try (connection) {
                serve(connection, uid.getAsLong());
            } catch (IOException | RuntimeException e) {
                LOG.debug("uid={} was not answered", uid.getAsLong(), e);
            } finally {
                leave(uid.getAsLong());
            }
        });
    }

    private boolean enter(long uid) {
        if (all.incrementAndGet() > MOST) {
            all.decrementAndGet();
            return false;
        }
        if (open.merge(uid, 1, Integer::sum) > MOST_OF_ONE) {
            leave(uid);
            return false;
        }
        return true;
    }

    private void leave(long uid) {
        open.computeIfPresent(uid, (one, count) -> count == 1 ? null : count - 1);
        all.decrementAndGet();
    }

    private void serve(SocketChannel connection, long uid) throws IOException {
        InputStream in = new BufferedInputStream(Channels.newInputStream(connection));
        OwnersAsk ask;
        Future<?> impatience = closeAfter(connection, ASK_SECONDS);
        try {
            ask = OwnersAsk.receive(in);
        } finally {
            impatience.cancel(false);
        }
        OwnersAnswer answer = orders.answer(uid, ask);
        impatience = closeAfter(connection, ANSWER_SECONDS);
        try {
            answer.sendTo(Channels.newOutputStream(connection));
        } finally {
            impatience.cancel(false);
        }
    }

    private Future<?> closeAfter(SocketChannel connection, long seconds) {
        return clock.schedule(() -> {
            try {
                connection.close();
            } catch (IOException e) {
                LOG.debug("an owner's connection is not closed", e);
            }
        }, seconds, TimeUnit.SECONDS);
    }

    /** Another connector has its own at this path. */
    void abandon() throws IOException {
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
        Files.deleteIfExists(path);
    }
}
