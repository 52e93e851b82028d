package warren.connector;

import java.time.Duration;

/** So much in each span of time, and no more until the next. Its callers hold a lock. */
final class Allowance {
    private final long most;
    private final long spanNanos;
    private long began = System.nanoTime();
    private long taken;

    Allowance(long most, Duration span) {
        this.most = most;
        this.spanNanos = span.toNanos();
    }

    /** Takes it where anything is left of this span, even where it is more than is left. */
    boolean take(long amount) {
        if (!hasRoom()) {
            return false;
        }
        taken += amount;
        return true;
    }

    boolean hasRoom() {
        if (isOver()) {
            began = System.nanoTime();
            taken = 0;
        }
        return taken < most;
    }

    /** Whether the span in which something was taken last has ended. */
    boolean isOver() {
        return System.nanoTime() - began >= spanNanos;
    }
}
