package warren.plugin;

import java.util.Optional;

/**
 * A limit as it holds for a virtual host.
 *
 * @param directive its name
 * @param value as a configuration would have it
 * @param said where it was said; empty where it is the default
 */
public record LimitInForce(String directive, String value, Optional<Directive> said) {
}
