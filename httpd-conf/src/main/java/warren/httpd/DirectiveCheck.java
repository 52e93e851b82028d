package warren.httpd;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Checks each directive of ours by itself: known, in its place, as many arguments as it takes, and good ones. */
final class DirectiveCheck {
    private final Map<String, PluginDirectiveRule> rules = new HashMap<>();
    private final Collection<String> names = new TreeSet<>();
    private final Problems problems;

    DirectiveCheck(List<PluginDirectiveRule> plugins, Problems problems) {
        this.problems = problems;
        plugins.forEach(rule -> rules.put(rule.name().toLowerCase(Locale.ROOT), rule));
        plugins.forEach(rule -> names.add(rule.name()));
        OwnDirective.ALL.values().forEach(directive -> names.add(directive.name()));
    }

    /** Those among the children of a server, virtual host or service host, and of sections inside it. */
    OurDirectives check(List<Directive> children, OwnDirective.Level level, Optional<String> scope) {
        List<Directive> own = new ArrayList<>();
        List<PluginDirective> plugin = new ArrayList<>();
        walk(children, level, scope, false, own, plugin);
        return new OurDirectives(own, plugin);
    }

    private void walk(List<Directive> children, OwnDirective.Level level, Optional<String> scope, boolean nested,
                      List<Directive> own, List<PluginDirective> plugin) {
        for (Directive child : children) {
            if (child.is("VirtualHost") || child.is("WarrenServiceHost")) {
                misplacedHost(child, level, scope, nested);
            } else if (child.isSection()) {
                foreign(child, scope);
                walk(child.children(), level, scope, true, own, plugin);
            } else if (!child.isOurs()) {
                outside(child, scope);
            } else if (OwnDirective.ALL.containsKey(child.key())) {
                own(child, level, scope, nested).ifPresent(own::add);
            } else if (rules.containsKey(child.key())) {
                plugin(child, scope, nested).ifPresent(plugin::add);
            } else {
                unknown(child, scope);
            }
        }
    }

    private void misplacedHost(Directive host, OwnDirective.Level level, Optional<String> scope, boolean nested) {
        boolean virtualHost = host.is("VirtualHost");
        if (level != OwnDirective.Level.SERVER || nested) {
            problems.error(scope, host.reportedAt(), "<" + host.name() + "> in another section", "it outside");
        } else if (virtualHost == host.isOurs()) {
            problems.error(Problems.SERVER, host.reportedAt(), "<" + host.name() + " " + host.raw() + ">",
                virtualHost ? "it outside <IfModule mod_warren.c>" : "it in <IfModule mod_warren.c>");
        }
    }

    private void foreign(Directive section, Optional<String> scope) {
        if (section.isOurs()) {
            problems.error(scope, section.reportedAt(), "<" + section.name() + "> in <IfModule mod_warren.c>",
                "it outside, where httpd sees it");
        }
    }

    private void outside(Directive directive, Optional<String> scope) {
        if (directive.key().startsWith("warren")) {
            problems.error(scope, directive.reportedAt(), directive.name() + " outside <IfModule mod_warren.c>",
                "it inside, for httpd does not know it");
        }
    }

    private void unknown(Directive directive, Optional<String> scope) {
        if (directive.is("Use")) {
            return;
        }
        boolean named = directive.key().startsWith("warren") || directive.key().startsWith("perl");
        problems.error(scope, directive.reportedAt(),
            (named ? "unknown directive " : "in Warren's block ") + directive.name(),
            Suggestion.near(directive.name(), names).map(name -> name + "?")
                .orElse("a directive of Warren or of a plugin that is installed"));
    }

    private Optional<Directive> own(Directive found, OwnDirective.Level level, Optional<String> scope,
                                    boolean nested) {
        OwnDirective rule = OwnDirective.ALL.get(found.key());
        if (!rule.where().allows(level, nested)) {
            problems.error(scope, found.reportedAt(), rule.name() + " here", "it " + rule.where());
            return Optional.empty();
        }
        int count = found.arguments().size();
        if (count < rule.least() || count > rule.most() || !rule.valid().test(found.arguments())) {
            problems.error(scope, found.reportedAt(), rule.name() + " " + found.raw(), rule.expected());
            return Optional.empty();
        }
        return Optional.of(found);
    }

    private Optional<PluginDirective> plugin(Directive found, Optional<String> scope, boolean nested) {
        PluginDirectiveRule rule = rules.get(found.key());
        int count = found.arguments().size();
        if (nested) {
            problems.error(scope, found.reportedAt(), rule.name() + " in a section", "it " + OwnDirective.Where.ANY);
            return Optional.empty();
        }
        Optional<String> wrong = count < rule.leastArguments() || count > rule.mostArguments()
            ? Optional.of(rule.name() + " with " + count + " arguments") : rule.check().apply(found.arguments());
        if (wrong.isPresent()) {
            problems.error(scope, found.reportedAt(), wrong.get(), rule.expected());
            return Optional.empty();
        }
        Place place = found.reportedAt();
        return Optional.of(new PluginDirective(rule.name(), found.arguments(), place.file(), place.line()));
    }
}
