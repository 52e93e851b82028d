package warren.httpd;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * A directive that a plugin understands. It may stand in the server, a virtual host and a service host. Names are
 * compared without case, as httpd does.
 *
 * @param name as documented
 * @param leastArguments fewest arguments
 * @param mostArguments most arguments
 * @param expected what the arguments are, for the message where they are not
 * @param check given the arguments, what was wrong with them; empty where nothing is
 */
public record PluginDirectiveRule(String name, int leastArguments, int mostArguments, String expected,
                                  Function<List<String>, Optional<String>> check) {
    public PluginDirectiveRule {
        Objects.requireNonNull(check);
        if (leastArguments < 0 || mostArguments < leastArguments) {
            throw new IllegalArgumentException(name + " takes " + leastArguments + " to " + mostArguments);
        }
    }
}
