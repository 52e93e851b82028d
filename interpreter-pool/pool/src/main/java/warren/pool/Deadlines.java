package warren.pool;

import java.io.IOException;
import java.nio.channels.Channel;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Closes a channel when its time is over: whoever reads or writes it then gets an exception at once. One thread watches
 * all. A watch that is ended in time costs a heap insertion and removal, and no wake-up.
 */
final class Deadlines implements AutoCloseable {
    private final ScheduledThreadPoolExecutor scheduler;

    Deadlines() {
        scheduler = new ScheduledThreadPoolExecutor(1, work -> {
            Thread thread = new Thread(work, "deadlines");
            thread.setDaemon(true);
            return thread;
        });
        scheduler.setRemoveOnCancelPolicy(true);
    }

    /** One deadline on one channel. */
    static final class Watch implements AutoCloseable {
        private final AtomicBoolean over = new AtomicBoolean();
        private ScheduledFuture<?> closing;

        /** Whether the deadline has passed before the watch was ended. */
        boolean isOver() {
            return over.get();
        }

        /** Ends the watch. */
        @Override
        public void close() {
            closing.cancel(false);
        }
    }

    Watch watch(Channel channel, Duration time) {
        Watch watch = new Watch();
        watch.closing = scheduler.schedule(() -> {
            watch.over.set(true);
            close(channel);
        }, time.toNanos(), TimeUnit.NANOSECONDS);
        return watch;
    }

    private static void close(Channel channel) {
        try {
            channel.close();
        } catch (IOException alreadyGone) {
            // closed either way
        }
    }

    @Override
    public void close() {
        scheduler.shutdownNow();
    }
}
