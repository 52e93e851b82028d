package warren.pool;

import java.util.Optional;
import warren.contract.InterpreterId;

/** It took longer than one of the deadlines of a request and has been closed and killed: 504, or a cut after the head. */
public final class DeadlineExceeded extends RequestFailed {
    DeadlineExceeded(String sentence, InterpreterId interpreter, boolean headSent, Throwable cause) {
        super(sentence, Optional.of(interpreter), headSent, cause);
    }
}
