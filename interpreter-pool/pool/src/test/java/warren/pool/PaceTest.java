package warren.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class PaceTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long NOW = Long.MAX_VALUE - 5 * SECOND;

    @Test
    void letsSomeThroughAtOnceAndThenOneAtATime() {
        Pace pace = new Pace(Duration.ofSeconds(10), 3);
        for (int i = 0; i < 3; i++) {
            assertEquals(Duration.ZERO, pace.next(NOW));
        }
        assertEquals(Duration.ofSeconds(10), pace.next(NOW));
        assertEquals(Duration.ofSeconds(19), pace.next(NOW + SECOND));
    }

    @Test
    void countsNothingThatMayNotBeNow() {
        Pace pace = new Pace(Duration.ofSeconds(10), 2);
        assertTrue(pace.tryNext(NOW) && pace.tryNext(NOW));
        assertFalse(pace.tryNext(NOW) || pace.tryNext(NOW + 9 * SECOND));
        assertTrue(pace.tryNext(NOW + 10 * SECOND));
        assertFalse(pace.tryNext(NOW + 10 * SECOND));
    }

    /** The clock's numbers run over meanwhile, as System.nanoTime's may. */
    @Test
    void forgetsWhatIsLongAgo() {
        Pace pace = new Pace(Duration.ofSeconds(10), 2);
        pace.next(NOW);
        pace.next(NOW);
        assertEquals(Duration.ZERO, pace.next(NOW + 10 * SECOND));
        assertEquals(Duration.ZERO, pace.next(NOW + 1000 * SECOND));
        assertEquals(Duration.ZERO, pace.next(NOW + 1000 * SECOND));
        assertEquals(Duration.ofSeconds(10), pace.next(NOW + 1000 * SECOND));
    }
}
