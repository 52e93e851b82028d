package warren.launcher;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import warren.contract.Deadlines;
import warren.contract.HealthCheck;
import warren.contract.LogRotation;
import warren.contract.PoolSettings;
import warren.contract.Recycling;
import warren.contract.RequestRate;
import warren.contract.Route;
import warren.contract.SpoolLimits;
import warren.contract.Token;
import warren.contract.VirtualHost;
import warren.contract.VirtualHostName;
import warren.httpd.PoolValues;
import warren.httpd.Problem;
import warren.httpd.QuarantinedSite;
import warren.httpd.VirtualHostSecret;
import warren.httpd.WarrenConfiguration;
import warren.plugin.Directive;
import warren.plugin.GroupId;
import warren.plugin.UserId;

/** Turns what the files say into what the launcher launches and the connector is told. */
final class Sites {
    private final Map<VirtualHostName, Token> tokens;
    private final Reloads reloads;

    Sites(Map<VirtualHostName, Token> tokens, Reloads reloads) {
        this.tokens = tokens;
        this.reloads = reloads;
    }

    /** Those that have a door: virtual hosts, not services. */
    static Set<VirtualHostName> withDoors(WarrenConfiguration files) {
        Set<VirtualHostName> names = new HashSet<>();
        files.sites().stream().filter(Sites::hasDoor).forEach(site -> names.add(new VirtualHostName(site.name())));
        files.quarantined().stream().filter(site -> site.kind() == warren.httpd.Site.Kind.VIRTUAL_HOST)
            .filter(site -> VirtualHostName.isWellFormed(site.name()))
            .forEach(site -> names.add(new VirtualHostName(site.name())));
        return names;
    }

    /** What httpd's include says of each that has a door, by name; a quarantined one is forwarded too, and answered 503. */
    static List<VirtualHostSecret> secrets(Collection<Site> sites) {
        return sites.stream().map(Site::virtualHost).filter(host -> host.token().isPresent())
            .sorted(Comparator.comparing(VirtualHost::name))
            .map(host -> new VirtualHostSecret(host.name().value(), host.token().get().reveal(),
                host.pool().deadlines().longestSilence()))
            .toList();
    }

    private static boolean hasDoor(warren.httpd.Site site) {
        return site.kind() == warren.httpd.Site.Kind.VIRTUAL_HOST;
    }

    /**
     * All of them.
     *
     * @param before what holds until now: a virtual host that was good and is not any more stays as it was
     */
    Map<VirtualHostName, Site> of(WarrenConfiguration files, Configuration before) {
        Map<VirtualHostName, Site> sites = new LinkedHashMap<>();
        Map<Long, Set<String>> documentRoots = documentRoots(files, before);
        for (warren.httpd.Site site : files.sites()) {
            Set<String> others = new TreeSet<>(documentRoots.get(site.owner().uid()));
            others.remove(site.documentRoot());
            sites.put(new VirtualHostName(site.name()), site(site, others.stream().map(Path::of).toList()));
        }
        for (QuarantinedSite site : files.quarantined()) {
            if (VirtualHostName.isWellFormed(site.name())) {
                VirtualHostName name = new VirtualHostName(site.name());
                sites.put(name, before.find(name).orElseGet(() -> quarantined(name, site.problems())));
            }
        }
        return sites;
    }

    /** Of each owner; those that are not read now are known from before. */
    private static Map<Long, Set<String>> documentRoots(WarrenConfiguration files, Configuration before) {
        Map<Long, Set<String>> all = new HashMap<>();
        for (Site site : before.sites().values()) {
            site.owner().ifPresent(owner -> all.computeIfAbsent(owner.user().value(), uid -> new HashSet<>())
                .add(site.virtualHost().documentRoot()));
        }
        for (warren.httpd.Site site : files.sites()) {
            all.computeIfAbsent(site.owner().uid(), uid -> new HashSet<>()).add(site.documentRoot());
        }
        return all;
    }

    private Site site(warren.httpd.Site site, List<Path> siblings) {
        VirtualHostName name = new VirtualHostName(site.name());
        List<Route> routes = new ArrayList<>();
        site.applications().forEach((path, file) -> routes.add(new Route.Application(path, file)));
        site.appDirectories().forEach((path, directory) -> routes.add(new Route.Applications(path, directory)));
        site.services().forEach((path, service) -> routes.add(new Route.Service(path, new VirtualHostName(service))));
        VirtualHost host = new VirtualHost(name, Optional.ofNullable(tokens.get(name)), site.documentRoot(), routes,
            site.handlesFiles(), pool(site.pool()),
            site.log().map(log -> new LogRotation(log.bytes(), log.kept())).orElse(LogRotation.DEFAULT),
            reloads.countOf(name), Optional.empty(), site.healthCheck().map(check -> new HealthCheck(check.path(), check.status())),
            OptionalLong.of(site.owner().uid()));
        List<GroupId> groups = site.owner().supplementaryGids().stream().map(GroupId::new).toList();
        Site.Owner owner = new Site.Owner(new UserId(site.owner().uid()), new GroupId(site.owner().gid()), groups,
            Path.of(site.home()), site.account());
        List<String> plugins = new ArrayList<>(List.of(site.language()));
        plugins.addAll(site.plugins());
        List<Directive> directives = site.directives().stream().map(ConfigurationFiles::directive).toList();
        return new Site(host, Optional.of(owner), plugins.stream().distinct().toList(), directives, siblings);
    }

    private Site quarantined(VirtualHostName name, List<Problem> problems) {
        String why = problems.stream().map(Problem::toString).collect(Collectors.joining("; "));
        VirtualHost host = new VirtualHost(name, Optional.ofNullable(tokens.get(name)), "/", List.of(), false,
            PoolSettings.DEFAULT, reloads.countOf(name), Optional.of(why));
        return new Site(host, Optional.empty(), List.of(), List.of());
    }

    static PoolSettings pool(PoolValues v) {
        PoolValues.Times t = v.times();
        return new PoolSettings(v.start(), v.max(), v.minSpare(), v.maxSpare(), v.maxRequests(), v.inFlight(),
            v.queueLength(), new Deadlines(t.launch(), t.queue(), t.firstByte(), t.responseIdle(), t.request(),
                t.write(), t.idle(), t.drain(), t.cpu()), new SpoolLimits(v.requestBodyBytes(), v.responseBytes(), v.spoolBytes()),
            new RequestRate(v.requestsPerSecond(), v.burst()), new Recycling(v.interpreterAge(), v.interpreterPrivateBytes()));
    }
}
