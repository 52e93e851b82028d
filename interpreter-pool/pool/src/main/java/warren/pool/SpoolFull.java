package warren.pool;

import java.util.Optional;

/** There is no room now for the request's body: 503 with {@code Retry-After}. */
public final class SpoolFull extends RequestFailed {
    SpoolFull(String why) {
        super("the request's body cannot be kept: " + why + " (WarrenSpoolMax)", Optional.empty(), false, null);
    }
}
