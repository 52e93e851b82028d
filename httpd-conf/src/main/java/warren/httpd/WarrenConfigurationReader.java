package warren.httpd;

import java.util.ArrayList;
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
    private final PluginRules rules;
    private final FileGuard guard;

    /**
     * @param accounts the host's accounts
     * @param defaults what pools have where nothing is said
     * @param rules of the directives of the plugins that are installed
     * @param guard what makes a file trustworthy; {@link FileGuard#rootOnly} outside tests
     */
    public WarrenConfigurationReader(Accounts accounts, PoolValues defaults, PluginRules rules,
                                     FileGuard guard) {
        this.accounts = Objects.requireNonNull(accounts);
        this.defaults = Objects.requireNonNull(defaults);
        this.rules = Objects.requireNonNull(rules);
        this.guard = Objects.requireNonNull(guard);
    }

    /** Reads all of it. */
    public WarrenConfiguration read(HttpdInvocation invocation) {
        return readAll(invocation, new KnownFiles());
    }

    /** Reads all of it, and remembers for {@link #readOne} what stands in which file. */
    public WarrenConfiguration readAll(HttpdInvocation invocation, KnownFiles known) {
        return read(invocation, HttpdConfiguration.read(invocation, known, Optional.empty()), Optional.empty())
            .orElseThrow();
    }

    /**
     * Reads what concerns the server and one virtual host or service host. Of the others nothing is told, neither sites
     * nor problems: files that hold nothing but them are not even read where they have not changed. Permissions are
     * looked at for all files.
     */
    public WarrenConfiguration readOne(HttpdInvocation invocation, KnownFiles known, String name) {
        Optional<String> only = Optional.of(name);
        return read(invocation, HttpdConfiguration.read(invocation, known, only), only)
            .orElseGet(() -> readAll(invocation, known).only(name));
    }

    /** Empty where one host cannot be judged without the others. */
    private Optional<WarrenConfiguration> read(HttpdInvocation invocation, HttpdConfiguration httpd,
                                               Optional<String> only) {
        Problems problems = new Problems();
        DirectiveCheck check = new DirectiveCheck(rules.each(), problems);
        OurDirectives serverOurs = check.check(httpd.directives(), OwnDirective.Level.SERVER, Problems.SERVER);
        ServerSettings server = new ServerReader(httpd, serverOurs, accounts, problems)
            .read(new Place(invocation.configuration().toString(), 1));
        List<Hosts.Found> found = new Hosts(check, only, problems).find(httpd.directives());
        Set<String> services = found.stream().filter(host -> host.kind() == Site.Kind.SERVICE_HOST)
            .map(Hosts.Found::name).collect(Collectors.toSet());
        SiteReader reader = new SiteReader(httpd, serverOurs, services,
            new OwnerReader(new Ids(accounts), server, problems), accounts, new PoolReader(defaults, problems),
            rules, problems);
        List<Host> hosts = found.stream().map(f -> reader.read(f.section(), f.ours(), f.kind(), f.name())).toList();
        if (only.isPresent() && CodeRefusals.lookAtAllHosts(httpd, hosts)) {
            return Optional.empty();
        }
        List<Site> sites = unique(reader.sites(), hosts, problems);
        SharedValues.compare(sites, rules, problems);
        new Refusals(httpd, hosts, server, guard, problems).find();
        List<Problem> all = new ArrayList<>(httpd.problems());
        all.addAll(problems.all());
        WarrenConfiguration result = result(server, sites, hosts, all);
        return Optional.of(only.map(result::only).orElse(result));
    }

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
}
