package warren.launcher;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.Ask;
import warren.contract.Frames;
import warren.launcher.system.DescriptorStream;
import warren.launcher.system.Descriptors;
import warren.launcher.system.SystemCallFailed;
import warren.launcher.system.UnixSocket;

/**
 * The connector's door: one ask a connection, from the connector's UID alone, of at most one frame, within a deadline.
 * Whatever is malformed is closed without an answer. What an ask does is {@link Asks}'.
 */
final class AskServer implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(AskServer.class);
    private static final Duration WHOLE_ASK = Duration.ofMinutes(2);
    private static final int MOST_AT_ONCE = 64;

    private final UnixSocket socket;
    private final long peer;
    private final Asks asks;
    private final ExecutorService workers;
    private volatile boolean closed;

    /** @param peer the only UID whose asks are heard */
    AskServer(Directories directories, long peer, int peerGroup, Asks asks) throws SystemCallFailed {
        this.socket = UnixSocket.listen(directories.launcherSocket().toString(), peerGroup, 0660);
        this.peer = peer;
        this.asks = asks;
        AtomicInteger number = new AtomicInteger();
        this.workers = new ThreadPoolExecutor(0, MOST_AT_ONCE, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), work -> {
            Thread thread = new Thread(work, "ask-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        }, (work, pool) -> acceptLater(work, pool));
        Thread acceptor = new Thread(this::acceptForever, "asks");
        acceptor.setDaemon(true);
        acceptor.start();
    }

    /** With all workers busy the acceptor waits: connections queue in the kernel and nothing is dropped. */
    private static void acceptLater(Runnable work, ThreadPoolExecutor pool) {
        try {
            pool.getQueue().put(work);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void acceptForever() {
        while (!closed) {
            try {
                int connection = socket.accept();
                workers.execute(() -> serve(connection));
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
            if (user != peer) {
                LOG.warn("UID {} connected to the launcher's socket, expected {}: closed", user, peer);
                return;
            }
            DescriptorStream stream = new DescriptorStream(connection, WHOLE_ASK);
            Ask ask = Frames.receiveAsk(stream.input());
            OutputStream output = stream.output();
            asks.answer(ask, answer -> Frames.send(answer, output));
        } catch (IOException e) {
            if (!closed) {
                LOG.warn("an ask of the connector was closed: {}", e.getMessage());
            }
        } finally {
            Descriptors.close(connection);
        }
    }

    @Override
    public void close() {
        closed = true;
        socket.close();
        workers.shutdown();
    }
}
