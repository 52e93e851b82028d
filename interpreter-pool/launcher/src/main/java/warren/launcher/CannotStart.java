package warren.launcher;

/** The launcher cannot start, or not with this configuration. The message is for the administrator, line by line. */
public final class CannotStart extends Exception {
    /** What went wrong, as the command's exit status tells it. */
    public enum Reason { CONFIGURATION, ENVIRONMENT, ALREADY_RUNNING, CONNECTOR }

    private final Reason reason;

    public CannotStart(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
