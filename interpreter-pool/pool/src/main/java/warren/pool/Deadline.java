package warren.pool;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A moment of the monotonic clock by which something must have ended. */
record Deadline(long nanos) {
    static Deadline after(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos());
    }

    boolean isOver() {
        return leftNanos() <= 0;
    }

    long leftNanos() {
        return nanos - System.nanoTime();
    }

    /** Whole milliseconds left, rounded up: who waits that long finds it over. */
    long leftMillis() {
        return Math.max(0, TimeUnit.NANOSECONDS.toMillis(leftNanos() + 999_999));
    }

    Deadline orEarlier(Duration time) {
        return orEarlier(after(time));
    }

    Deadline orEarlier(Deadline other) {
        return other.nanos - nanos < 0 ? other : this;
    }
}
