package warren.pool;

import java.util.Optional;

/** Its connection ended before its response did: 502, or a cut after the head. */
public final class InterpreterDied extends RequestFailed {
    private final boolean silent;

    InterpreterDied(String sentence, InterpreterId interpreter, boolean silent, boolean headSent, Throwable cause) {
        super(sentence, Optional.of(interpreter), headSent, cause);
        this.silent = silent;
    }

    /** Whether it died without a byte of a response. */
    boolean silent() {
        return silent;
    }
}
