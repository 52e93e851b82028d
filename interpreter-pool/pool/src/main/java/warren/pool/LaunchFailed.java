package warren.pool;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/** There is no generation to serve with: 503 with {@code Retry-After}. The message is for the administrator. */
public final class LaunchFailed extends RequestFailed {
    /** Where nothing says when. */
    private static final Duration SOON = Duration.ofSeconds(5);
    private final Duration retryAfter;

    LaunchFailed(String sentence, Throwable cause) {
        this(sentence, SOON, cause);
    }

    LaunchFailed(String sentence, Duration retryAfter, Throwable cause) {
        super(sentence, Optional.empty(), false, cause);
        this.retryAfter = Objects.requireNonNull(retryAfter);
    }

    /** After how long the next launch may be tried; at least a second. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
