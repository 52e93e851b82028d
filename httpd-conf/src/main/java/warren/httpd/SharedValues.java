package warren.httpd;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What an owner's virtual hosts share must be the same in all of them: the one that says otherwise is refused. */
final class SharedValues {
    private final Map<Key, First> first = new HashMap<>();
    private final PluginRules rules;
    private final Problems problems;

    private record Key(long uid, String directive) { }

    private record First(Site site, String value) { }

    private SharedValues(PluginRules rules, Problems problems) {
        this.rules = rules;
        this.problems = problems;
    }

    static void compare(Collection<Site> sites, PluginRules rules, Problems problems) {
        SharedValues values = new SharedValues(rules, problems);
        sites.forEach(values::compare);
    }

    private void compare(Site site) {
        for (PluginRules.Shared shared : rules.shared().apply(site.directives())) {
            First before = first.putIfAbsent(new Key(site.owner().uid(), shared.directive()), new First(site, shared.value()));
            if (before != null && !shared.value().equals(before.value())) {
                problems.error(Optional.of(site.name()), place(site, shared), shared.directive() + " " + shared.value(),
                    before.value() + " as in " + before.site().name() + " at " + before.site().place() + ", with which it shares this limit");
            }
        }
    }

    /** That of the virtual host where it says nothing itself. */
    private static Place place(Site site, PluginRules.Shared shared) {
        return shared.said().map(said -> new Place(said.file(), said.line())).orElse(site.place());
    }
}
