package warren.launcher;

import java.time.Duration;
import java.util.OptionalInt;

/**
 * One connector that hands over to the next, which has been launched beside it. Each is known by its pid. The earlier one is
 * told to retire when the next one first asks for its list, which is not answered before: so that never two manage what runs.
 */
final class HandOver {
    private final Runnable wake;
    private OptionalInt earlier = OptionalInt.empty();
    private OptionalInt next = OptionalInt.empty();
    private boolean retiring;
    private boolean retired;
    private boolean serving;
    private boolean compare;

    /** @param wake has those look again who wait for a change of their list */
    HandOver(Runnable wake) {
        this.wake = wake;
    }

    /** From now on, until the earlier one has ended. */
    synchronized void begin(int earlierPid, int nextPid) {
        earlier = OptionalInt.of(earlierPid);
        next = OptionalInt.of(nextPid);
        retiring = false;
        retired = false;
        serving = false;
        compare = false;
    }

    /** Whether the earlier one, told to retire, may still serve requests. */
    synchronized boolean isUnderWay() {
        return earlier.isPresent() && retiring;
    }

    /** Until none is under way. */
    synchronized boolean awaitOver(Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (isUnderWay() && TimedWait.on(this, deadline)) {
            continue;
        }
        return !isUnderWay();
    }

    /** Whether it is this one's to retire. */
    synchronized boolean isToRetire(int pid) {
        return retiring && is(earlier, pid);
    }

    /** Whether this one is to look which generations are nobody's; said once. */
    synchronized boolean takeCompare(int pid) {
        boolean wanted = compare && is(next, pid);
        compare &= !wanted;
        return wanted;
    }

    /** Whether {@link #isToRetire} or {@link #takeCompare} have something for it. */
    synchronized boolean hasOrder(int pid) {
        return isToRetire(pid) || compare && is(next, pid);
    }

    /**
     * This one is about to get its first list, and looks then which generations are nobody's: unless the earlier one still has
     * some, that is all there is to look for.
     */
    synchronized void beginsWith(int pid) {
        if (earlier.isEmpty()) {
            compare = false;
        } else if (!is(earlier, pid)) {
            next = OptionalInt.of(pid);
        }
    }

    /** The next one wants its list: has the earlier one told to retire, and returns when it has, or has ended. */
    void wantsList(int pid, Duration atMost) {
        synchronized (this) {
            if (!is(next, pid) || earlier.isEmpty() || retiring) {
                return;
            }
            retiring = true;
        }
        wake.run();
        awaitRetired(atMost);
    }

    private synchronized void awaitRetired(Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!retired && TimedWait.on(this, deadline)) {
            continue;
        }
    }

    /** The earlier one says so. */
    synchronized void hasRetired(int pid) {
        if (is(earlier, pid)) {
            retired = true;
            notifyAll();
        }
    }

    /** One asks for changes of its list, and so serves. */
    synchronized void serves(int pid) {
        if (is(next, pid)) {
            serving = true;
            notifyAll();
        }
    }

    /** Until the next one serves; false where it did not in time, or has ended. */
    synchronized boolean awaitServing(Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!serving && next.isPresent() && TimedWait.on(this, deadline)) {
            continue;
        }
        return serving;
    }

    /** A connector has ended. */
    void ended(int pid) {
        synchronized (this) {
            if (is(earlier, pid)) {
                earlier = OptionalInt.empty();
                compare = retiring;
                retired = true;
            } else if (is(next, pid)) {
                next = OptionalInt.empty();
            }
            notifyAll();
        }
        wake.run();
    }

    private static boolean is(OptionalInt one, int pid) {
        return one.isPresent() && one.getAsInt() == pid;
    }
}
