package warren.launcher;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import warren.contract.Answer;
import warren.contract.Ask;
import warren.contract.Frames;
import warren.launcher.system.DescriptorStream;
import warren.launcher.system.PeerAcceptor;
import warren.launcher.system.SystemCallFailed;
import warren.launcher.system.UnixSocket;

/**
 * The connector's door: one ask a connection, from the connector's UID alone, of at most one frame, within a deadline.
 * Whatever is malformed is closed without an answer. What an ask does is {@link Asks}'.
 */
final class AskServer implements AutoCloseable {
    private static final Duration WHOLE_ASK = Duration.ofMinutes(2);
    private static final int MOST_AT_ONCE = 64;
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Asks asks;
    private final ExecutorService workers;
    private final PeerAcceptor acceptor;

    /** @param peer the only UID whose asks are heard */
    AskServer(Directories directories, long peer, int peerGroup, Asks asks) throws SystemCallFailed {
        this.asks = asks;
        AtomicInteger number = new AtomicInteger();
        this.workers = new ThreadPoolExecutor(0, MOST_AT_ONCE, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), work -> {
            Thread thread = new Thread(work, "ask-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        }, (work, pool) -> acceptLater(work, pool));
        this.acceptor = new PeerAcceptor(UnixSocket.listen(directories.launcherSocket().toString(), peerGroup, 0660),
            "asks", peer, workers, this::answer);
    }

    /** With all workers busy the acceptor waits: connections queue in the kernel and nothing is dropped. */
    private static void acceptLater(Runnable work, ThreadPoolExecutor pool) {
        try {
            pool.getQueue().put(work);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void answer(int connection) throws IOException {
        DescriptorStream stream = new DescriptorStream(connection, WHOLE_ASK);
        Ask ask = Frames.receiveAsk(stream.input());
        // ten thousand virtual hosts would be as many writes
        OutputStream output = new BufferedOutputStream(stream.output(), BUFFER_BYTES);
        asks.answer(ask, answers -> {
            for (Answer answer : answers) {
                Frames.send(answer, output);
            }
            output.flush();
        });
    }

    @Override
    public void close() {
        acceptor.close();
        workers.shutdown();
    }
}
