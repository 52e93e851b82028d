package warren.pool;

import java.util.Optional;
import warren.contract.InterpreterId;

/** Its connection ended before its response did: 502, or a cut after the head. */
public final class InterpreterDied extends RequestFailed {
    private final boolean silent;
    private final boolean unread;

    InterpreterDied(String sentence, InterpreterId interpreter, boolean silent, boolean headSent, InterpreterGone cause) {
        super(sentence, Optional.of(interpreter), headSent, cause);
        this.silent = silent;
        this.unread = cause.unread();
    }

    /** Whether it certainly has read nothing of the request: it was dying when it was borrowed. */
    boolean unread() {
        return unread;
    }

    /** Whether it died without a byte of a response. */
    boolean silent() {
        return silent;
    }
}
