package warren.connector;

import java.io.IOException;
import java.util.Optional;
import warren.pool.BadResponse;
import warren.pool.BodyTooLarge;
import warren.pool.DeadlineExceeded;
import warren.pool.InterpreterDied;
import warren.pool.LaunchFailed;
import warren.pool.PoolExhausted;
import warren.pool.QuotaReached;
import warren.pool.SpoolFull;

/**
 * What each failure is to the client. Once a response has begun none of these can be sent any more, and the
 * connection is cut instead.
 */
final class Statuses {
    private Statuses() { }

    /** The refusal that stands for a failure; empty where it is the client's own end that failed. */
    static Optional<Refusal> of(Exception failure) {
        return switch (failure) {
            case Refusal refusal -> Optional.of(refusal);
            case BodyTooLarge e -> Optional.of(Refusal.of(413, e.getMessage()));
            case SpoolFull e -> Optional.of(Refusal.unavailable(e.getMessage()));
            case PoolExhausted e -> Optional.of(Refusal.unavailable(e.getMessage(), e.retryAfter()));
            case LaunchFailed e -> Optional.of(Refusal.unavailable(e.getMessage(), e.retryAfter()));
            case QuotaReached e -> Optional.of(Refusal.unavailable(e.getMessage()));
            case InterpreterDied e -> Optional.of(Refusal.of(502, e.getMessage()));
            case BadResponse e -> Optional.of(Refusal.of(502, e.getMessage()));
            case DeadlineExceeded e -> Optional.of(Refusal.of(504, e.getMessage()));
            case IOException e -> Optional.empty();
            default -> Optional.of(Refusal.of(500, "a defect of the connector: " + failure));
        };
    }
}
