package warren.pool;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Launches that no request waits for, a few at a time and in the order in which they came: PerlInterpStart of hundreds
 * of virtual hosts at a start, and a reload of all. A request's launch does not come by here and so goes ahead of them.
 * A launch that hangs keeps its place for a few seconds only, and holds up its neighbors no longer.
 */
final class BackgroundLaunches {
    static final Duration LONGEST_HOLD = Duration.ofSeconds(5);
    private final Semaphore places;
    private final Duration longestHold;
    private final Shared shared;

    /**
     * @param atATime how many launches
     * @param longestHold how long one of them keeps the next from beginning
     */
    BackgroundLaunches(int atATime, Duration longestHold, Shared shared) {
        this.places = new Semaphore(atATime, true);
        this.longestHold = longestHold;
        this.shared = shared;
    }

    /** As many as there are processors to load code, and two where there is one: part of a launch is waiting. */
    static int usual() {
        return Math.max(2, Runtime.getRuntime().availableProcessors());
    }

    /** Returns at once; the launch, which ends when its generation has loaded, is made on a thread of its own. */
    void add(Runnable launch) {
        shared.run(() -> {
            places.acquireUninterruptibly();
            AtomicBoolean held = new AtomicBoolean(true);
            Runnable leave = () -> {
                if (held.getAndSet(false)) {
                    places.release();
                }
            };
            shared.after(longestHold, leave);
            try {
                launch.run();
            } finally {
                leave.run();
            }
        });
    }
}
