package warren.pool;

import java.util.Optional;
import warren.contract.InterpreterId;

/** The interpreter broke FastCGI or CGI and has been closed and killed: 502, or a cut after the head. */
public final class BadResponse extends RequestFailed {
    BadResponse(String sentence, InterpreterId interpreter, boolean headSent, Throwable cause) {
        super(sentence, Optional.of(interpreter), headSent, cause);
    }
}
