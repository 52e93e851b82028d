package warren.system;

import java.time.Duration;
import java.util.concurrent.Callable;

/**
 * How soon all is well after the end of a fault. The promise of docs/faults.md is a second; what was measured is
 * printed, and what is asserted is wide, for a machine that has other things to do.
 */
final class Healing {
    private static final Duration SOON = Duration.ofMillis(Integer.getInteger("warren.faults.healedWithinMillis", 5000));

    private Healing() { }

    /** Call it when the fault has just ended. */
    static void after(String fault, Callable<Boolean> well) throws Exception {
        since(System.nanoTime(), fault, well);
    }

    /** @param ended of {@link System#nanoTime}: when the fault did */
    static void since(long ended, String fault, Callable<Boolean> well) throws Exception {
        Await.until("the healing of \"" + fault + "\"", SOON, well);
        System.out.println(fault + ": well again after " + (System.nanoTime() - ended) / 1_000_000 + " ms");
    }
}
