package warren.pool;

import java.time.Duration;
import java.util.Optional;

/**
 * Damps a crash loop: after a failed launch, or a generation that died young, the next launch may come at once, after a
 * second one in a row a second later, and then twice as long each time, up to half a minute, or 4 s where the code has
 * loaded. Not thread-safe.
 */
final class Backoff {
    private static final Duration LONGEST = Duration.ofSeconds(30);
    /** Code that loads and then dies may be a moment's attack or accident, and its visitors wait. */
    private static final Duration LONGEST_AFTER_LOADING = Duration.ofSeconds(4);
    private int failures;
    private Deadline pause = Deadline.after(Duration.ZERO);
    private Optional<String> last = Optional.empty();
    private long lastFailedLaunchNanos = System.nanoTime();

    /** A launch did. */
    void failed(String why) {
        lastFailedLaunchNanos = System.nanoTime();
        hold(why, LONGEST);
    }

    /** What had been launched did, after it had loaded its code: those who asked before may still have a launch. */
    void died(String why) {
        hold(why, LONGEST_AFTER_LOADING);
    }

    private void hold(String why, Duration longest) {
        failures++;
        last = Optional.of(why);
        long seconds = failures == 1 ? 0 : Math.min(longest.toSeconds(), 1L << Math.min(failures - 2, 10));
        pause = Deadline.after(Duration.ofSeconds(seconds));
    }

    /** It was no fault of the virtual host's: noted, and the next launch need not wait. */
    void notTried(String why) {
        lastFailedLaunchNanos = System.nanoTime();
        last = Optional.of(why);
    }

    /**
     * Whether a launch has.
     *
     * @param nanos of {@link System#nanoTime}
     */
    boolean hasFailedSince(long nanos) {
        return lastFailedLaunchNanos - nanos > 0;
    }

    void succeeded() {
        failures = 0;
        pause = Deadline.after(Duration.ZERO);
    }

    /** How long a launch must still wait; zero where it may come now. */
    Duration pause() {
        return Duration.ofNanos(Math.max(0, pause.leftNanos()));
    }

    /** Why the last launch failed, or its generation died. */
    Optional<String> last() {
        return last;
    }
}
