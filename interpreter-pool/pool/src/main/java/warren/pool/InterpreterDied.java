package warren.pool;

import java.util.Optional;

/** Its connection ended before its response did: 502, or a cut after the head. */
public final class InterpreterDied extends RequestFailed {
    InterpreterDied(String sentence, InterpreterId interpreter, boolean headSent, Throwable cause) {
        super(sentence, Optional.of(interpreter), headSent, cause);
    }
}
