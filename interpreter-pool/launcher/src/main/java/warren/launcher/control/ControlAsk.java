package warren.launcher.control;

import java.util.Optional;

/**
 * What the administrator asks.
 *
 * @param verb what is to be done
 * @param virtualHost to which one; empty for all
 * @param withinSeconds how long it may take, 1 to 3600
 */
public record ControlAsk(Verb verb, Optional<String> virtualHost, int withinSeconds) {
    /** What can be asked. */
    public enum Verb { STATUS, RELOAD, STOP }

    public ControlAsk {
        if (withinSeconds < 1 || withinSeconds > 3600) {
            throw new IllegalArgumentException("within " + withinSeconds + " s, expected 1 to 3600");
        }
    }
}
