package warren.launcher;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import warren.contract.Deadlines;
import warren.contract.PoolSettings;
import warren.contract.VirtualHostName;
import warren.httpd.FileGuard;
import warren.httpd.HttpdInvocation;
import warren.httpd.HttpdVersion;
import warren.httpd.KnownFiles;
import warren.httpd.PluginDirective;
import warren.httpd.PluginDirectiveRule;
import warren.httpd.PluginRules;
import warren.httpd.PoolValues;
import warren.httpd.Problem;
import warren.httpd.QuarantinedSite;
import warren.httpd.ServerSettings;
import warren.httpd.Site;
import warren.httpd.WarrenConfiguration;
import warren.httpd.WarrenConfigurationReader;
import warren.launcher.system.SystemAccounts;
import warren.plugin.Directive;
import warren.plugin.NamedPath;

/** httpd's configuration as it stands on disk, read for Warren: by {@code configtest}, at the start and at a reload. */
public final class ConfigurationFiles {
    /** What <IfVersion> compares with; Debian 12's. */
    private static final String HTTPD_VERSION = "2.4.62";
    private static final Path ETC = Path.of("/etc");
    private final HttpdInvocation invocation;
    private final Plugins plugins;
    private final KnownFiles known = new KnownFiles();

    private ConfigurationFiles(HttpdInvocation invocation, Plugins plugins) {
        this.invocation = invocation;
        this.plugins = plugins;
    }

    /**
     * @param file httpd's main file, {@code apache2 -f}
     * @param serverRoot {@code apache2 -d}
     * @param defines the names of {@code apache2 -D}
     * @param plugins whose directives are understood
     */
    static ConfigurationFiles of(Path file, Path serverRoot, Set<String> defines, Plugins plugins) {
        return new ConfigurationFiles(new HttpdInvocation(file.toAbsolutePath(), serverRoot.toAbsolutePath(), defines,
            System.getenv(), HttpdVersion.of(HTTPD_VERSION)), plugins);
    }

    /** Reads all of it again. Problems are in what it returns. */
    public WarrenConfiguration read() {
        return withPathsChecked(reader().readAll(invocation, known));
    }

    /** Without sites that name paths which no owner may be shown. */
    private WarrenConfiguration withPathsChecked(WarrenConfiguration read) {
        if (read.server().isEmpty()) {
            return read;
        }
        ServerSettings server = read.server().get();
        PathCheck check = new PathCheck(List.of(server.runtimeDirectory(), server.stateDirectory(), server.logDirectory(),
            server.spoolDirectory()), server.minimumUid());
        List<Site> good = new ArrayList<>();
        List<QuarantinedSite> quarantined = new ArrayList<>(read.quarantined());
        List<Problem> all = new ArrayList<>(read.problems());
        for (Site site : read.sites()) {
            List<Problem> problems = problems(site, check);
            if (problems.isEmpty()) {
                good.add(site);
            } else {
                quarantined.add(new QuarantinedSite(site.name(), site.kind(), problems));
                all.addAll(problems);
            }
        }
        return new WarrenConfiguration(read.server(), good, quarantined, all);
    }

    private List<Problem> problems(Site site, PathCheck check) {
        List<Problem> problems = new ArrayList<>();
        for (NamedPath named : plugins.paths(directives(site.directives()))) {
            Directive said = named.said();
            check.expected(Path.of(named.path()), site.owner().uid()).ifPresent(expected -> problems.add(new Problem(said.file(),
                said.line(), said.name() + " " + String.join(" ", said.arguments()), expected, Optional.of(site.name()),
                Problem.Severity.ERROR)));
        }
        return problems;
    }

    /** The UIDs whose code can reach what listens on the machine's loopback, with the ports that they are meant to reach. */
    public Map<Long, Set<Integer>> loopbackUsers(WarrenConfiguration read) {
        Map<Long, Set<Integer>> users = new TreeMap<>();
        for (Site site : read.sites()) {
            List<Directive> said = directives(site.directives());
            if (plugins.reachLoopback(said)) {
                users.computeIfAbsent(site.owner().uid(), uid -> new TreeSet<>()).addAll(plugins.connectPorts(said));
            }
        }
        return users;
    }

    /** The virtual hosts whose credentials everything under their owners' UIDs can read. */
    public List<String> credentialsInTheOpen(WarrenConfiguration read) {
        return read.sites().stream().filter(site -> plugins.giveCredentialsInTheOpen(directives(site.directives()))).map(Site::name).toList();
    }

    /** Reads what concerns the server and one virtual host or service host; of the others it tells nothing. */
    WarrenConfiguration readOne(VirtualHostName name) {
        return withPathsChecked(reader().readOne(invocation, known, name.value()));
    }

    /** The limits of one virtual host or service, as the files say now; empty where there is none of this name, or a bad one. */
    public Optional<List<LimitRow>> limits(String name) {
        return reader().readOne(invocation, known, name).sites().stream().filter(site -> site.name().equals(name)).findFirst()
            .map(site -> Limits.of(site, plugins));
    }

    /** Whom a virtual host or service runs as; empty where there is none of this name, or a bad one. */
    public Optional<OwnersAccount> owner(String name) {
        return reader().readOne(invocation, known, name).sites().stream().filter(site -> site.name().equals(name)).findFirst()
            .map(site -> new OwnersAccount(site.owner().uid(), site.owner().gid(), site.account()));
    }

    /** Accounts and permissions hold for one reading: what changed since the last one must be seen. */
    private WarrenConfigurationReader reader() {
        SystemAccounts nss = new SystemAccounts();
        return new WarrenConfigurationReader(AccountFiles.read(ETC, nss, nss::allUids), defaults(), rules(plugins),
            FileGuard.rootOnly(known));
    }

    private static PoolValues defaults() {
        PoolSettings d = PoolSettings.DEFAULT;
        Deadlines t = d.deadlines();
        return new PoolValues(d.start(), d.max(), d.minSpare(), d.maxSpare(), d.maxRequests(), d.inFlight(),
            d.queueLength(), new PoolValues.Times(t.launch(), t.queue(), t.firstByte(), t.responseIdle(), t.request(),
                t.write(), t.idle(), t.drain(), t.cpu()), d.spool().requestBodyBytes(), d.spool().responseBytes(),
            d.spool().allBytes(),
            d.rate().perSecond(), d.rate().burst(), d.recycling().age(), d.recycling().privateBytes());
    }

    private static PluginRules rules(Plugins plugins) {
        List<PluginDirectiveRule> each = plugins.directives().stream().map(rule -> new PluginDirectiveRule(rule.name(),
            rule.leastArguments(), rule.mostArguments(), rule.expected(), rule.check())).toList();
        return new PluginRules(each,
            said -> plugins.misfit(directives(said))
                .map(misfit -> new PluginRules.Misfit(directive(misfit.directive()), misfit.expected())),
            said -> plugins.sharedLimits(directives(said)).stream().map(limit -> new PluginRules.Shared(limit.directive(),
                limit.value(), limit.said().map(ConfigurationFiles::directive))).toList());
    }

    private static List<Directive> directives(List<PluginDirective> said) {
        return said.stream().map(ConfigurationFiles::directive).toList();
    }

    /** As plugins know it. */
    static Directive directive(PluginDirective said) {
        return new Directive(said.name(), said.arguments(), said.file(), said.line());
    }

    private static PluginDirective directive(Directive said) {
        return new PluginDirective(said.name(), said.arguments(), said.file(), said.line());
    }
}
