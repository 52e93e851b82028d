package warren.httpd;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the virtual hosts and service hosts in the server. */
final class Hosts {
    private final DirectiveCheck check;
    private final Problems problems;
    private final Optional<String> only;
    private final Map<String, Place> serviceHosts = new HashMap<>();

    /** @param only the one virtual host to look at, beside all service hosts; empty for all */
    Hosts(DirectiveCheck check, Optional<String> only, Problems problems) {
        this.check = check;
        this.only = only;
        this.problems = problems;
    }

    /** A virtual host or service host with its name and directives. */
    record Found(String name, Directive section, Site.Kind kind, OurDirectives ours) { }

    /** The names that these virtual hosts have with Warren. */
    static Set<String> names(List<Directive> virtualHosts) {
        return virtualHosts.stream().flatMap(Hosts::namings).map(d -> d.argument(0)).collect(Collectors.toSet());
    }

    private static Stream<Directive> namings(Directive section) {
        return section.children().stream()
            .filter(d -> d.isOurs() && d.is("WarrenVirtualHost") && Values.isName(d.argument(0)));
    }

    List<Found> find(List<Directive> top) {
        List<Found> found = new ArrayList<>();
        for (Directive directive : top) {
            if (directive.is("VirtualHost") && directive.isSection() && directive.isSeenByHttpd()) {
                virtualHost(directive).ifPresent(found::add);
            } else if (directive.is("WarrenServiceHost") && directive.isSection() && directive.isOurs()) {
                serviceHost(directive).ifPresent(found::add);
            }
        }
        return found;
    }

    private Optional<Found> virtualHost(Directive section) {
        List<Directive> names = namings(section).toList();
        if (only.filter(one -> names.stream().noneMatch(d -> d.argument(0).equals(one))).isPresent()) {
            return Optional.empty();
        }
        if (names.isEmpty()) {
            strayDirectives(section);
            return Optional.empty();
        }
        String name = names.get(0).argument(0);
        names.stream().filter(d -> !d.argument(0).equals(name)).forEach(d ->
            problems.error(Optional.of(name), d.reportedAt(), "a second name, " + d.argument(0), "one name"));
        return Optional.of(new Found(name, section, Site.Kind.VIRTUAL_HOST,
            check.check(section.children(), OwnDirective.Level.VIRTUAL_HOST, Optional.of(name))));
    }

    /** mod_perl's own virtual hosts are none of ours, but Warren's directives belong to a named one. */
    private void strayDirectives(Directive section) {
        section.children().stream().filter(d -> d.isOurs() && d.key().startsWith("warren")).findFirst()
            .ifPresent(d -> problems.error(Optional.of(label(section)), d.reportedAt(),
                d.name() + " in a virtual host without a name", "Use WarrenVirtualHost NAME before it"));
    }

    private static String label(Directive section) {
        return section.children().stream().filter(d -> d.is("ServerName")).map(d -> d.argument(0)).findFirst()
            .orElse(section.raw().strip());
    }

    private Optional<Found> serviceHost(Directive section) {
        String name = section.argument(0);
        if (section.arguments().size() != 1 || !Values.isName(name)) {
            problems.error(Problems.SERVER, section.reportedAt(), "<WarrenServiceHost " + section.raw() + ">",
                Values.NAME);
            return Optional.empty();
        }
        Place first = serviceHosts.putIfAbsent(name, section.reportedAt());
        if (first != null) {
            problems.error(Optional.of(name), section.reportedAt(), "another service host " + name + " than at "
                + first, "a name of its own");
        }
        return Optional.of(new Found(name, section, Site.Kind.SERVICE_HOST,
            check.check(section.children(), OwnDirective.Level.SERVICE_HOST, Optional.of(name))));
    }
}
