package warren.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {
    private long now = 1_000_000_000_000L;
    private long launched = now;
    private final Backoff backoff = new Backoff(Stage.ALICE, () -> now, () -> launched);

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private void fail(String how) {
        switch (how) {
            case "not launched" -> backoff.failed(new NotLaunched("no"));
            case "not loaded" -> backoff.failed(new LaunchRefusal("no"));
            case "died" -> backoff.died("no", Duration.ofSeconds(59));
            default -> backoff.failed(new LauncherAway("no"));
        }
    }

    /** The pauses after each of these failures in seconds, each at the end of the pause before. */
    private List<Long> pauses(String how, int failures) {
        List<Long> pauses = new ArrayList<>();
        for (int i = 0; i < failures; i++) {
            fail(how);
            pauses.add(backoff.pause().toSeconds());
            pass(backoff.pause());
        }
        return pauses;
    }

    @Test
    void codeThatDoesNotLoadWaitsTwiceAsLongEachTime() {
        assertEquals(List.of(0L, 1L, 2L, 4L, 8L, 16L, 30L, 30L), pauses("not loaded", 8));
    }

    @Test
    void whatMayPassIsTriedEachSecondForAMinuteAndThenLessOften() {
        List<Long> pauses = pauses("not launched", 70);
        assertEquals(0, pauses.getFirst());
        assertTrue(pauses.subList(1, 61).stream().allMatch(pause -> pause == 1), pauses::toString);
        assertEquals(2, pauses.get(61));
        assertEquals(30, pauses.getLast());
    }

    @ParameterizedTest
    @CsvSource({"300, 300", "2500, 1000"})
    void whatDiesIsLaunchedAgainAsMuchLaterAsThatTakesForAMinuteAndThenASecondLater(long tookMillis, long pauseMillis) {
        backoff.launched(Duration.ofMillis(tookMillis));
        fail("died");
        assertEquals(Duration.ZERO, backoff.pause());
        for (long millis = 0; millis < 60_000; millis += pauseMillis) {
            fail("died");
            assertEquals(Duration.ofMillis(pauseMillis), backoff.pause());
            pass(backoff.pause());
        }
        assertEquals(List.of(1L, 1L, 1L), pauses("died", 3));
    }

    /** Its owner has mended it, for the most part. */
    @Test
    void whatDiesAfterItDidNotLoadForLongIsLaunchedAgainWithinASecond() {
        backoff.launched(Duration.ofMillis(300));
        pauses("not loaded", 8);
        fail("died");
        assertEquals(Duration.ofSeconds(1), backoff.pause());
    }

    @Test
    void whatWasNotLaunchedIsTriedWhenAnotherIsAndLaterWhereThatWasInVain() {
        pauses("not launched", 70);
        for (long seconds : List.of(1, 2, 4, 8, 16)) {
            fail("not launched");
            assertEquals(30, backoff.pause().toSeconds());
            pass(Duration.ofMillis(100));
            launched = now;
            assertEquals(Duration.ofMillis(1000 * seconds - 100), backoff.pause());
            pass(backoff.pause());
        }
        fail("launcher away");
        launched = now + 1;
        assertTrue(backoff.pause().toSeconds() <= 16, "an absence of the launcher changes nothing");
        backoff.succeeded();
        pass(Duration.ofSeconds(1));
        pauses("not launched", 70);
        fail("not launched");
        launched = now + 1;
        assertEquals(1, backoff.pause().toSeconds());
    }

    /** An owner can have one launch of his refused, and then crash as often as he likes. */
    @Test
    void aCrashLoopIsDampedWhateverIsLaunchedAfterARefusal() {
        fail("not launched");
        pass(Duration.ofMillis(1));
        launched = now;
        fail("died");
        for (int i = 0; i < 5; i++) {
            launched = now + 1;
            assertEquals(1, backoff.pause().toSeconds());
            pass(backoff.pause());
            fail("died");
        }
    }

    @Test
    void codeThatDoesNotLoadIsNotTriedWhenAnotherIsLaunched() {
        pauses("not loaded", 8);
        fail("not loaded");
        launched = now + 1;
        assertEquals(30, backoff.pause().toSeconds());
    }

    @Test
    void aLaunchAfterFailuresInARowIsARepeatedOne() {
        fail("died");
        assertFalse(backoff.isRepeated());
        fail("died");
        assertTrue(backoff.isRepeated());
        backoff.succeeded();
        assertFalse(backoff.isRepeated());
    }

    @Test
    void oneThatDiesWhenItHasServedForLongIsNoFailureInARow() {
        pauses("died", 4);
        backoff.died("no", Duration.ofMinutes(1));
        assertEquals(0, backoff.pause().toSeconds());
    }

    @Test
    void aSuccessForgetsAllAndALauncherThatIsAwayIsNobodysFault() throws Exception {
        pauses("not loaded", 6);
        backoff.succeeded();
        assertEquals(List.of(0L, 0L, 0L), pauses("launcher away", 3));
        assertEquals(List.of(0L, 1L), pauses("not loaded", 2));
    }

    @Test
    void aRequestThatCameBeforeAFailureHasIt() throws Exception {
        long before = now;
        pass(Duration.ofMillis(1));
        fail("not loaded");
        assertEquals("no", assertThrows(LaunchFailed.class, () -> backoff.require(before)).getMessage());
        pass(Duration.ofMillis(1));
        backoff.require(now);
        fail("not loaded");
        LaunchFailed held = assertThrows(LaunchFailed.class, () -> backoff.require(now));
        assertEquals("vhost=alice is launched again in 1 s at the earliest; the last time: no", held.getMessage());
    }
}
