package warren.system;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits for a condition of another process. */
final class Await {
    /** How many times as slow as others this machine is: an emulated one is. */
    private static final int SLOWNESS = Integer.getInteger("warren.test.slowness", 1);

    private Await() { }

    /**
     * @param within on a machine of usual speed
     * @throws AssertionError where it does not come to hold in time
     */
    static void until(String what, Duration within, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + SLOWNESS * within.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(what + " did not happen within " + within);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }
}
