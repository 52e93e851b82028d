package warren.pool;

import java.util.Optional;

/** There is no room now for the request's body, or its file has failed: 503 with {@code Retry-After}. */
public final class SpoolFull extends RequestFailed {
    SpoolFull(String why) {
        this(why + " (WarrenSpoolMax)", false);
    }

    SpoolFull(String why, boolean headSent) {
        super("the request's body cannot be kept: " + why, Optional.empty(), headSent, null);
    }
}
