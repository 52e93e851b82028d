package warren.pool;

import java.util.Optional;

/** The request's body is longer than {@code WarrenRequestBodyMax}: 413. */
public final class BodyTooLarge extends RequestFailed {
    BodyTooLarge(long found, long most) {
        super("a request's body of " + found + " bytes or more, expected at most " + most + " (WarrenRequestBodyMax)",
            Optional.empty(), false, null);
    }
}
