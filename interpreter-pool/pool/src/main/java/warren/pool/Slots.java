package warren.pool;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import warren.contract.PoolSettings;

/**
 * Who may have an interpreter, and who may wait for one: PerlInterpMax at a time, in the order in which they came, and
 * WarrenQueueLength behind them. Waiting is done here and not in Commons Pool, so that those who wait belong to no
 * generation: a reload or a crash gives them the next one's interpreters.
 */
final class Slots {
    /** {@code reducePermits} is how a smaller max is said, and it is protected. */
    private static final class Permits extends Semaphore {
        Permits(int count) {
            super(count, true);
        }

        void resize(int by) {
            if (by > 0) {
                release(by);
            } else {
                reducePermits(-by);
            }
        }
    }

    private final Permits permits;
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    /** Requests on interpreters of a draining generation: inside, and no longer counted. */
    private final AtomicInteger outrun = new AtomicInteger();
    private volatile int max;
    private volatile int queueLength;

    Slots(PoolSettings settings) {
        max = settings.max();
        queueLength = settings.queueLength();
        permits = new Permits(max);
    }

    synchronized void use(PoolSettings changed) {
        permits.resize(changed.max() - max);
        max = changed.max();
        queueLength = changed.queueLength();
    }

    /** Whether one more may come in; who may calls {@link #leave} at the end. */
    boolean enter() {
        if (inside.incrementAndGet() - outrun.get() > max + queueLength) {
            inside.decrementAndGet();
            return false;
        }
        return true;
    }

    void leave() {
        inside.decrementAndGet();
    }

    /** Requests that have no slot yet, or one and no interpreter. */
    int waiting() {
        return waiting.get();
    }

    void startsWaiting() {
        waiting.incrementAndGet();
    }

    void endsWaiting() {
        waiting.decrementAndGet();
    }

    int inside() {
        return inside.get();
    }

    private enum Hold { NONE, HELD, OUTRUN }

    /** One's turn; the time to wait may be over before. */
    final class Slot {
        private final AtomicReference<Hold> hold = new AtomicReference<>(Hold.NONE);

        boolean take(Deadline deadline) throws InterruptedException {
            // Not tryAcquire(): that one does not queue behind those who wait.
            if (permits.tryAcquire(deadline.leftNanos(), TimeUnit.NANOSECONDS)) {
                hold.set(Hold.HELD);
                return true;
            }
            return false;
        }

        /** Its generation drains: the next one may have as many at work as if this request were over. */
        void outrun() {
            outrun.incrementAndGet();
            if (hold.compareAndSet(Hold.HELD, Hold.OUTRUN)) {
                permits.release();
            } else {
                outrun.decrementAndGet();
            }
        }

        void giveBack() {
            switch (hold.getAndSet(Hold.NONE)) {
                case HELD -> permits.release();
                case OUTRUN -> outrun.decrementAndGet();
                case NONE -> { }
            }
        }
    }
}
