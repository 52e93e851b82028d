package warren.pool;

import java.util.Objects;
import java.util.Optional;
import warren.contract.InterpreterId;

/** A request that an interpreter did not answer completely. One kind for each decision that the caller can make. */
public abstract sealed class RequestFailed extends Exception
        permits PoolExhausted, BodyTooLarge, SpoolFull, LaunchFailed, InterpreterDied, QuotaReached,
            BadResponse, DeadlineExceeded {
    private final transient Optional<InterpreterId> interpreter;
    private final boolean headSent;

    RequestFailed(String sentence, Optional<InterpreterId> interpreter, boolean headSent, Throwable cause) {
        super(sentence, cause);
        this.interpreter = Objects.requireNonNull(interpreter);
        this.headSent = headSent;
    }

    /** The interpreter that failed; empty where none had been found. */
    public Optional<InterpreterId> interpreter() {
        return interpreter;
    }

    /** Whether {@link Exchange#head} was called: no other response can be sent, the connection must be cut. */
    public boolean headSent() {
        return headSent;
    }
}
