package warren.launcher.cgroup;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HoldsTest {
    private final Holds holds = new Holds();
    private long now;

    private boolean after(long millis, double refused) {
        now += Duration.ofMillis(millis).toNanos();
        return holds.holds("alice", refused, now);
    }

    @Test
    void aForkThatIsTriedAgainNowAndThenIsNoReason() {
        assertFalse(after(50, 0));
        assertFalse(after(50, 100));
        assertFalse(holds.isHeld("alice"));
    }

    @Test
    void endsWhenFewAreRefusedButNotWithinASecond() {
        assertTrue(after(50, 101));
        assertTrue(after(500, 0));
        assertTrue(after(600, 10));
        assertFalse(after(50, 9));
        assertFalse(after(50, 99));
    }

    @Test
    void lastsTwiceAsLongForWhoBeginsAnewSoonAfterAndEightSecondsAtMost() {
        for (long seconds : new long[] {1, 2, 4, 8, 8}) {
            assertTrue(after(50, 1000));
            assertTrue(after(seconds * 1000 - 1, 0));
            assertFalse(after(1, 0));
        }
    }

    @Test
    void isForgottenAfterAWhile() {
        assertTrue(after(50, 1000));
        assertFalse(after(1000, 0));
        assertFalse(after(10_001, 0));
        assertTrue(after(50, 1000));
        assertFalse(after(1000, 0));
    }

    @Test
    void whoIsGoneIsForgotten() {
        assertTrue(after(50, 1000));
        holds.keep(Set.of("bob"));
        assertFalse(after(50, 50));
    }
}
