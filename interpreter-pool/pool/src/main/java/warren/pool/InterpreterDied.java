package warren.pool;

import java.util.Optional;

/** Its connection ended before its response did: 502, or a cut after the head. */
public final class InterpreterDied extends RequestFailed {
    private final boolean silent;

    InterpreterDied(String sentence, InterpreterId interpreter, Response response, Throwable cause) {
        super(sentence, Optional.of(interpreter), response.headTaken(), cause);
        this.silent = response.isSilent();
    }

    /** Whether it died without a byte of a response. */
    boolean silent() {
        return silent;
    }
}
