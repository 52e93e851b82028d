package warren.launcher.control;

import java.util.Optional;

/**
 * What the administrator asks.
 *
 * @param verb what is to be done
 * @param virtualHost to which one; empty for all
 * @param withinSeconds how long it may take, 1 to 3600
 * @param session with {@link Verb#ADMIT} only
 * @param credential with {@link Verb#CREDENTIAL} only
 */
public record ControlAsk(Verb verb, Optional<String> virtualHost, int withinSeconds, Optional<Session> session,
                         Optional<Credential> credential) {
    /** What can be asked. */
    public enum Verb { STATUS, RELOAD, STOP,
        /** How far a reload is. */
        PROGRESS,
        /** A fresh connector in the place of the one that runs. */
        RESTART_CONNECTOR,
        /** One of the store's credentials, set, replaced or removed; or their names. */
        CREDENTIAL,
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

    /**
     * What becomes of a credential.
     *
     * @param value with {@link Action#SET} and {@link Action#ROTATE} only; never shown
     */
    public record Credential(Action action, Optional<String> name, Optional<byte[]> value) {
        /** A rotation replaces one that is there, and renews its virtual host. */
        public enum Action { SET, ROTATE, REMOVE, LIST }

        @Override
        public String toString() {
            return action + " " + name.orElse("");
        }
    }

    /** One without a session or a credential. */
    public ControlAsk(Verb verb, Optional<String> virtualHost, int withinSeconds) {
        this(verb, virtualHost, withinSeconds, Optional.empty(), Optional.empty());
    }

    /** Of a credential. */
    public ControlAsk(String virtualHost, int withinSeconds, Credential credential) {
        this(Verb.CREDENTIAL, Optional.of(virtualHost), withinSeconds, Optional.empty(), Optional.of(credential));
    }

    public ControlAsk {
        // other programs may leave out what they do not mean
        virtualHost = virtualHost == null ? Optional.empty() : virtualHost;
        session = session == null ? Optional.empty() : session;
        credential = credential == null ? Optional.empty() : credential;
        if ((verb == Verb.CREDENTIAL) != credential.isPresent()) {
            throw new IllegalArgumentException(verb + " " + (credential.isPresent() ? "with" : "without") + " a credential");
        }
        if ((verb == Verb.ADMIT) != session.isPresent()) {
            throw new IllegalArgumentException(verb + " " + (session.isPresent() ? "with" : "without") + " a session");
        }
        if (withinSeconds < 1 || withinSeconds > 3600) {
            throw new IllegalArgumentException("within " + withinSeconds + " s, expected 1 to 3600");
        }
    }
}
