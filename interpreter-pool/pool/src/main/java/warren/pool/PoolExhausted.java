package warren.pool;

import java.time.Duration;
import java.util.Optional;

/** The queue is full, or the wait for an interpreter took too long: 503 with {@code Retry-After}. */
public final class PoolExhausted extends RequestFailed {
    PoolExhausted(String sentence) {
        super(sentence, Optional.empty(), false, null);
    }

    /** After how long another try makes sense. */
    public Duration retryAfter() {
        return Duration.ofSeconds(5);
    }
}
