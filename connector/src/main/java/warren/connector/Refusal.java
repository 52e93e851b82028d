package warren.connector;

import java.time.Duration;
import java.util.Optional;

/**
 * A request that ends with one of our own error pages. The sentence is for the administrator's log; the client sees
 * the status alone.
 */
final class Refusal extends Exception {
    private static final Duration SOON = Duration.ofSeconds(5);
    private final int status;
    private final transient Optional<Duration> retryAfter;

    private Refusal(int status, Optional<Duration> retryAfter, String sentence) {
        super(sentence, null, false, false);
        this.status = status;
        this.retryAfter = retryAfter;
    }

    static Refusal of(int status, String sentence) {
        return new Refusal(status, Optional.empty(), sentence);
    }

    /** 503: not now, perhaps soon. */
    static Refusal unavailable(String sentence) {
        return unavailable(sentence, SOON);
    }

    /** 503: not before this time is over. */
    static Refusal unavailable(String sentence, Duration retryAfter) {
        return new Refusal(503, Optional.of(retryAfter), sentence);
    }

    int status() {
        return status;
    }

    Optional<Duration> retryAfter() {
        return retryAfter;
    }
}
