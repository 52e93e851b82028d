package warren.pool;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import warren.contract.PoolSettings;

/**
 * Who may come in, who may wait for an interpreter and who may have one: WarrenInFlightMax in all, of those
 * WarrenQueueLength and PerlInterpMax that claim an interpreter, and PerlInterpMax at a time that have one, in the order
 * in which they came. Waiting is done here and not in Commons Pool, so that those who wait belong to no
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
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger claims = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    /** Requests on interpreters of a draining generation: they claim, and are no longer counted. */
    private final AtomicInteger outrun = new AtomicInteger();
    private volatile int max;
    private volatile int mostInFlight;
    private volatile int queueLength;

    Slots(PoolSettings settings) {
        max = settings.max();
        mostInFlight = settings.inFlight();
        queueLength = settings.queueLength();
        permits = new Permits(max);
    }

    synchronized void use(PoolSettings changed) {
        permits.resize(changed.max() - max);
        max = changed.max();
        mostInFlight = changed.inFlight();
        queueLength = changed.queueLength();
    }

    /** Whether one more may come in; who may calls {@link #leave} at the end. */
    boolean enter() {
        if (inFlight.incrementAndGet() > mostInFlight) {
            inFlight.decrementAndGet();
            return false;
        }
        return true;
    }

    void leave() {
        inFlight.decrementAndGet();
    }

    /** Whether one more may claim an interpreter; who may calls {@link #renounce} when it has come back. */
    boolean claim() {
        if (claims.incrementAndGet() - outrun.get() > max + queueLength) {
            claims.decrementAndGet();
            return false;
        }
        return true;
    }

    void renounce() {
        claims.decrementAndGet();
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

    /** Requests that have an interpreter or want one. */
    int claims() {
        return claims.get();
    }

    /** All requests, also those whose body is still coming or whose response is still going. */
    int inFlight() {
        return inFlight.get();
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

        /** Whether its place has been given to the next generation. */
        boolean isOutrun() {
            return hold.get() == Hold.OUTRUN;
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
