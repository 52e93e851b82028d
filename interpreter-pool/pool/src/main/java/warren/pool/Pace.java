package warren.pool;

import java.time.Duration;

/** How often something may be done: some times at once, and in the long run once in a while. Not thread-safe. */
public final class Pace {
    private final long eachNanos;
    private final long toleratedNanos;
    /** When all that was let through would be over, had it come one after the other. */
    private long overNanos;
    private boolean used;

    /** @param atOnce how many may come at once after a pause, at least 1 */
    public Pace(Duration each, int atOnce) {
        this.eachNanos = each.toNanos();
        this.toleratedNanos = eachNanos * (atOnce - 1);
    }

    /** One more, where it need not wait; else nothing is counted. */
    boolean tryNext(long nowNanos) {
        boolean now = !used || overNanos - nowNanos <= toleratedNanos;
        if (now) {
            next(nowNanos);
        }
        return now;
    }

    /** One more: how long it must wait, not below zero. */
    public Duration next(long nowNanos) {
        long from = used && overNanos - nowNanos > 0 ? overNanos : nowNanos;
        used = true;
        overNanos = from + eachNanos;
        return Duration.ofNanos(Math.max(0, from - nowNanos - toleratedNanos));
    }
}
