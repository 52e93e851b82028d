package warren.httpd;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads from httpd's configuration what is Warren's and checks it. Nothing is thrown for what stands in the files: it
 * is a problem, of the server or of one virtual host. Reads only what the configuration names, and asks for accounts
 * only through {@link Accounts}.
 */
public final class WarrenConfigurationReader {
    private final Accounts accounts;
    private final PoolValues defaults;
    private final List<PluginDirectiveRule> rules;
    private final FileGuard guard;

    /**
     * @param accounts the host's accounts
     * @param defaults what pools have where nothing is said
     * @param rules the directives of the plugins that are installed
     * @param guard what makes a file trustworthy; {@link FileGuard#rootOnly()} outside tests
     */
    public WarrenConfigurationReader(Accounts accounts, PoolValues defaults, List<PluginDirectiveRule> rules,
                                     FileGuard guard) {
        this.accounts = Objects.requireNonNull(accounts);
        this.defaults = Objects.requireNonNull(defaults);
        this.rules = List.copyOf(rules);
        this.guard = Objects.requireNonNull(guard);
    }

    /** Reads all of it. */
    public WarrenConfiguration read(HttpdInvocation invocation) {
        HttpdConfiguration httpd = HttpdConfiguration.read(invocation);
        Problems problems = new Problems();
        DirectiveCheck check = new DirectiveCheck(rules, problems);
        OurDirectives serverOurs = check.check(httpd.directives(), OwnDirective.Level.SERVER, Problems.SERVER);
        ServerSettings server = new ServerReader(httpd, serverOurs, accounts, problems)
            .read(new Place(invocation.configuration().toString(), 1));
        List<Found> found = new Hosts(check, problems).find(httpd.directives());
        Set<String> services = found.stream().filter(host -> host.kind == Site.Kind.SERVICE_HOST)
            .map(Found::name).collect(Collectors.toSet());
        SiteReader reader = new SiteReader(httpd, serverOurs, services,
            new OwnerReader(new Ids(accounts), server, problems), accounts, new PoolReader(defaults, problems),
            problems);
        List<Host> hosts = found.stream().map(f -> reader.read(f.section, f.ours, f.kind, f.name)).toList();
        List<Site> sites = unique(reader.sites(), hosts, problems);
        new Refusals(httpd, hosts, server, guard, problems).find();
        List<Problem> all = new ArrayList<>(httpd.problems());
        all.addAll(problems.all());
        return result(server, sites, hosts, all);
    }

    /** A virtual host or service host with its name and directives. */
    record Found(String name, Directive section, Site.Kind kind, OurDirectives ours) { }

    /** One virtual host may stand twice, for two ports, where both say the same. */
    private static List<Site> unique(List<Site> sites, List<Host> hosts, Problems problems) {
        Map<String, Site> byName = new LinkedHashMap<>();
        for (Site site : sites) {
            Site first = byName.putIfAbsent(site.name(), site);
            if (first != null && !first.saysTheSameAs(site)) {
                problems.error(Optional.of(site.name()), site.place(), "another " + site.name() + " than at "
                    + first.place(), "a name of its own, or the same directives in both");
            }
        }
        Set<String> services = hosts.stream().filter(h -> !h.isVirtualHost()).map(Host::name)
            .collect(Collectors.toSet());
        hosts.stream().filter(host -> host.isVirtualHost() && services.contains(host.name()))
            .forEach(host -> problems.error(Optional.of(host.name()), host.section().reportedAt(),
                "a virtual host named like a service host, " + host.name(), "a name of its own"));
        return List.copyOf(byName.values());
    }

    private static WarrenConfiguration result(ServerSettings server, List<Site> sites, List<Host> hosts,
                                              List<Problem> problems) {
        Map<String, List<Problem>> wrong = problems.stream().filter(Problem::quarantines)
            .collect(Collectors.groupingBy(problem -> problem.virtualHost().orElseThrow()));
        List<QuarantinedSite> quarantined = new ArrayList<>();
        Set<String> told = new LinkedHashSet<>();
        for (Host host : hosts) {
            if (wrong.containsKey(host.name()) && told.add(host.name())) {
                quarantined.add(new QuarantinedSite(host.name(), host.kind(), wrong.get(host.name())));
            }
        }
        boolean stop = problems.stream().anyMatch(Problem::stopsEverything);
        List<Site> good = stop ? List.of() : sites.stream().filter(s -> !wrong.containsKey(s.name())).toList();
        return new WarrenConfiguration(stop ? Optional.empty() : Optional.of(server), good, quarantined, problems);
    }

    /** Finds the hosts in the server. */
    private static final class Hosts {
        private final DirectiveCheck check;
        private final Problems problems;
        private final Map<String, Place> serviceHosts = new HashMap<>();

        Hosts(DirectiveCheck check, Problems problems) {
            this.check = check;
            this.problems = problems;
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
            List<Directive> names = section.children().stream()
                .filter(d -> d.isOurs() && d.is("WarrenVirtualHost") && Values.isName(d.argument(0))).toList();
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
}
