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
 * @param shared of all that hold for a virtual host: what its owner's other virtual hosts that share it must say, too
 */
public record PluginRules(List<PluginDirectiveRule> each, Function<List<PluginDirective>, Optional<Misfit>> together,
                          Function<List<PluginDirective>, List<Shared>> shared) {
    public PluginRules {
        each = List.copyOf(each);
        Objects.requireNonNull(together);
        Objects.requireNonNull(shared);
    }

    /** Of plugins whose directives go together in any way. */
    public static PluginRules of(List<PluginDirectiveRule> each) {
        return new PluginRules(each, directives -> Optional.empty(), directives -> List.of());
    }

    /** @param expected what would go, and because of what */
    public record Misfit(PluginDirective directive, String expected) { }

    /**
     * A value that an owner's virtual hosts have in common.
     *
     * @param said where it is said; empty where it is the default
     */
    public record Shared(String directive, String value, Optional<PluginDirective> said) { }
}
