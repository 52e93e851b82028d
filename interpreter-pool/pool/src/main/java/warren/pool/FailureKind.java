package warren.pool;

/** The kinds of {@link RequestFailed}, to be counted. */
public enum FailureKind {
    /** Too many in flight, waiting, or in a second. */
    POOL_EXHAUSTED,
    BODY_TOO_LARGE,
    SPOOL_FULL,
    LAUNCH_FAILED,
    INTERPRETER_DIED,
    /** Killed for memory, or for processor time. */
    QUOTA_REACHED,
    BAD_RESPONSE,
    DEADLINE_EXCEEDED;

    static FailureKind of(RequestFailed failure) {
        return switch (failure) {
            case PoolExhausted e -> POOL_EXHAUSTED;
            case BodyTooLarge e -> BODY_TOO_LARGE;
            case SpoolFull e -> SPOOL_FULL;
            case LaunchFailed e -> LAUNCH_FAILED;
            case InterpreterDied e -> INTERPRETER_DIED;
            case QuotaReached e -> QUOTA_REACHED;
            case BadResponse e -> BAD_RESPONSE;
            case DeadlineExceeded e -> DEADLINE_EXCEEDED;
        };
    }

    /** Whether it is the code that failed, and no limit of how much it is asked. */
    boolean isOfTheCode() {
        return compareTo(LAUNCH_FAILED) >= 0;
    }
}
