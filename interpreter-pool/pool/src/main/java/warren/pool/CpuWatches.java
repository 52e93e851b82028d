package warren.pool;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.InterpreterId;

/**
 * The processor time of requests that take longer than a second, looked at every second by one task: what the
 * interpreter takes from then on counts. One that has taken more than it may is asked where it is, and ended.
 */
final class CpuWatches {
    private static final Logger LOG = LogManager.getLogger(CpuWatches.class);
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean looking = new AtomicBoolean();
    private final Shared shared;

    CpuWatches(Shared shared) {
        this.shared = shared;
    }

    /** A request begins; {@link Watch#close} at its end. */
    Watch begin(InterpreterId interpreter, Duration most) {
        Watch watch = new Watch(interpreter, most);
        watches.add(watch);
        return watch;
    }

    /** At all that are due. */
    void look() {
        // a launcher that does not answer must not gather a task a second
        if (looking.compareAndSet(false, true)) {
            try {
                long now = System.nanoTime();
                watches.stream().filter(watch -> now - watch.due >= 0).forEach(Watch::look);
            } finally {
                looking.set(false);
            }
        }
    }

    /** One request's. */
    final class Watch implements AutoCloseable {
        private final InterpreterId interpreter;
        private final Duration most;
        private volatile long due = System.nanoTime() + SECOND;
        private Duration before;
        private volatile boolean reached;

        private Watch(InterpreterId interpreter, Duration most) {
            this.interpreter = interpreter;
            this.most = most;
        }

        private synchronized void look() {
            Duration now = shared.cpuTime(interpreter);
            if (before == null) {
                before = now;
            }
            Duration left = most.minus(now.minus(before));
            if (left.isPositive()) {
                // one processor's, and at most a second late for more
                due = System.nanoTime() + Math.max(SECOND, left.toNanos());
            } else if (watches.remove(this)) {
                reached = true;
                LOG.info("{} has taken {} of processor time for one request and is ended", interpreter, now.minus(before));
                shared.kill(interpreter, true);
            }
        }

        /** Why the interpreter has died, where it was for this. */
        void requireNotReached(InterpreterDied died, Exchange exchange) throws QuotaReached {
            if (reached) {
                throw QuotaReached.of(died, "processor time of one request, " + most.toSeconds()
                    + " s (WarrenRequestCpuMax), reached", exchange);
            }
        }

        @Override
        public void close() {
            watches.remove(this);
        }
    }
}
