package warren.launcher.control;

import java.util.Optional;

/**
 * What the administrator asks.
 *
 * @param verb what is to be done
 * @param virtualHost to which one; empty for all
 * @param withinSeconds how long it may take, 1 to 3600
 * @param session with {@link Verb#ADMIT} only
 */
public record ControlAsk(Verb verb, Optional<String> virtualHost, int withinSeconds, Optional<Session> session) {
    /** What can be asked. */
    public enum Verb { STATUS, RELOAD, STOP,
        /** What runs, read back and compared with what is planned. */
        ATTEST,
        /** A process of an owner's session, by cron or a shell, into his quota group. */
        ADMIT }

    /**
     * A session that begins.
     *
     * @param uid whose it is going to be
     * @param pid the process that its others will come from; root's still
     */
    public record Session(long uid, int pid) { }

    /** One without a session. */
    public ControlAsk(Verb verb, Optional<String> virtualHost, int withinSeconds) {
        this(verb, virtualHost, withinSeconds, Optional.empty());
    }

    public ControlAsk {
        if ((verb == Verb.ADMIT) != session.isPresent()) {
            throw new IllegalArgumentException(verb + " " + (session.isPresent() ? "with" : "without") + " a session");
        }
        if (withinSeconds < 1 || withinSeconds > 3600) {
            throw new IllegalArgumentException("within " + withinSeconds + " s, expected 1 to 3600");
        }
    }
}
