package warren.httpd;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the installed plugins say of their directives.
 *
 * @param each of one directive alone
 * @param together of all that hold for a virtual host, each of which is good alone: one that does not go with others
 */
public record PluginRules(List<PluginDirectiveRule> each, Function<List<PluginDirective>, Optional<Misfit>> together) {
    public PluginRules {
        each = List.copyOf(each);
        Objects.requireNonNull(together);
    }

    /** Of plugins whose directives go together in any way. */
    public static PluginRules of(List<PluginDirectiveRule> each) {
        return new PluginRules(each, directives -> Optional.empty());
    }

    /** @param expected what would go, and because of what */
    public record Misfit(PluginDirective directive, String expected) { }
}
