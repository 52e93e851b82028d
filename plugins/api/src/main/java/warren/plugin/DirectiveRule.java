package warren.plugin;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A directive that a plugin understands. Names are compared without case, as httpd does.
 *
 * @param name as documented
 * @param leastArguments fewest arguments
 * @param mostArguments most arguments
 * @param expected what the arguments are, for the message where they are not: {@code "a module's name"}
 * @param check given the arguments, what was wrong with them; empty where nothing is. It does no I/O
 */
public record DirectiveRule(String name, int leastArguments, int mostArguments, String expected,
                            Function<List<String>, Optional<String>> check) {
}
