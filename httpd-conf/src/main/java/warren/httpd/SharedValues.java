package warren.httpd;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What an owner's virtual hosts share must be the same in all of them: the one that says otherwise is refused. */
final class SharedValues {
    private final Map<Key, Site> first = new HashMap<>();
    private final PluginRules rules;
    private final Problems problems;

    private record Key(long uid, String directive) { }

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
            Site before = first.putIfAbsent(new Key(site.owner().uid(), shared.directive()), site);
            if (before != null) {
                String expected = value(before, shared.directive());
                if (!shared.value().equals(expected)) {
                    problems.error(Optional.of(site.name()), place(site, shared), shared.directive() + " " + shared.value(),
                        expected + " as in " + before.name() + " at " + before.place() + ", with which it shares this limit");
                }
            }
        }
    }

    private String value(Site site, String directive) {
        List<PluginRules.Shared> all = rules.shared().apply(site.directives());
        return all.stream().filter(one -> one.directive().equals(directive)).findFirst().orElseThrow().value();
    }

    /** That of the virtual host where it says nothing itself. */
    private static Place place(Site site, PluginRules.Shared shared) {
        return shared.said().map(said -> new Place(said.file(), said.line())).orElse(site.place());
    }
}
