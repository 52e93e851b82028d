package warren.pool;

import java.util.Optional;
import warren.contract.InterpreterId;

/** The interpreter was killed because its virtual host had taken all that it may have: 503 with {@code Retry-After}. */
public final class QuotaReached extends RequestFailed {
    private QuotaReached(String sentence, InterpreterId interpreter, boolean headSent, InterpreterDied cause) {
        super(sentence, Optional.of(interpreter), headSent, cause);
    }

    /** @param limit which one was reached, for the owner */
    static QuotaReached of(InterpreterDied died, String limit, Exchange exchange) {
        InterpreterId id = died.interpreter().orElseThrow();
        return new QuotaReached(id + " killed: " + limit + ", in " + exchange.parameters().getOrDefault("SCRIPT_NAME", "?"),
            id, died.headSent(), died);
    }
}
