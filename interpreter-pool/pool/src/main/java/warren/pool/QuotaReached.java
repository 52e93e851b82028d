package warren.pool;

import java.util.Optional;

/** The interpreter was killed because its virtual host had taken all that it may have: 503 with {@code Retry-After}. */
public final class QuotaReached extends RequestFailed {
    QuotaReached(String sentence, InterpreterId interpreter, boolean headSent, InterpreterDied cause) {
        super(sentence, Optional.of(interpreter), headSent, cause);
    }
}
