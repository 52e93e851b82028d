package warren.pool;

import java.time.Duration;
import java.util.Optional;

/**
 * Damps a crash loop: after a failed launch the next may come at once, after a second one in a row a second later, and
 * then twice as long each time, up to half a minute. Not thread-safe.
 */
final class Backoff {
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private int failures;
    private long notBeforeNanos;
    private Optional<String> last = Optional.empty();

    void failed(String why) {
        failures++;
        last = Optional.of(why);
        long pause = failures == 1 ? 0 : Math.min(LONGEST.toSeconds(), 1L << Math.min(failures - 2, 10));
        notBeforeNanos = System.nanoTime() + Duration.ofSeconds(pause).toNanos();
    }

    void succeeded() {
        failures = 0;
        last = Optional.empty();
    }

    /** How long a launch must still wait; zero where it may come now. */
    Duration pause() {
        return failures == 0 ? Duration.ZERO
            : Duration.ofNanos(Math.max(0, notBeforeNanos - System.nanoTime()));
    }

    /** Why the last launch failed; empty since one succeeded. */
    Optional<String> last() {
        return last;
    }
}
