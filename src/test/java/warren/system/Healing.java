package warren.system;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.Callable;

/**
 * How soon all is well after the end of a fault. The promise of docs/faults.md is a second of a machine that has nothing
 * else to do: what was measured is printed, and what is asserted is wide.
 */
final class Healing {
    private static final Duration MOST = Duration.ofMillis(Integer.getInteger("warren.faults.healedWithinMillis", 20_000));

    private Healing() { }

    /** Call it when the fault has just ended. */
    static void after(String fault, Callable<Boolean> well) throws Exception {
        since(System.nanoTime(), fault, well);
    }

    /** @param ended of {@link System#nanoTime}: when the fault did */
    static void since(long ended, String fault, Callable<Boolean> well) throws Exception {
        Await.until("the healing of \"" + fault + "\"", MOST, well);
        long millis = (System.nanoTime() - ended) / 1_000_000;
        System.out.println(fault + ": well again after " + millis + " ms");
        assertTrue(millis <= MOST.toMillis(), fault + ": " + millis + " ms");
    }
}
