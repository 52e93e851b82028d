package warren.httpd;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The directives of ours in one server, virtual host or service host that are well formed and in their place. */
final class OurDirectives {
    private final List<Directive> own;
    private final Map<String, List<Directive>> byKey;
    private final List<PluginDirective> plugin;

    OurDirectives(List<Directive> own, List<PluginDirective> plugin) {
        this.own = List.copyOf(own);
        this.byKey = this.own.stream().collect(Collectors.groupingBy(Directive::key));
        this.plugin = List.copyOf(plugin);
    }

    /** The last one of a name, which holds. */
    Optional<Directive> last(String name) {
        List<Directive> all = all(name);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    List<Directive> all(String name) {
        return byKey.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
    }

    List<Directive> own() {
        return own;
    }

    List<PluginDirective> plugin() {
        return plugin;
    }

    boolean isEmpty() {
        return own.isEmpty() && plugin.isEmpty();
    }

    /** These after the server's, which they override. */
    OurDirectives after(OurDirectives server) {
        List<Directive> allOwn = new ArrayList<>(server.own);
        allOwn.addAll(own);
        List<PluginDirective> allPlugin = new ArrayList<>(server.plugin);
        allPlugin.addAll(plugin);
        return new OurDirectives(allOwn, allPlugin);
    }
}
