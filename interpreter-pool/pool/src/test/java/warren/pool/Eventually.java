package warren.pool;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assertions;

/** Awaits what another thread or process does; generous, because a slow machine is no defect. */
final class Eventually {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(20);

    private Eventually() { }

    static void holds(BooleanSupplier condition, Supplier<String> otherwise) {
        Deadline deadline = Deadline.after(LONG_ENOUGH);
        while (!condition.getAsBoolean()) {
            if (deadline.isOver()) {
                Assertions.fail(otherwise.get());
            }
            LockSupport.parkNanos(2_000_000);
        }
    }

    static void equal(Object expected, Supplier<?> actual) {
        holds(() -> expected.equals(actual.get()), () -> "expected " + expected + ", is " + actual.get());
    }
}
