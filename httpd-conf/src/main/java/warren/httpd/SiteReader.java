package warren.httpd;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Makes a site of a virtual host or service host. What is wrong in it is a problem of that host alone. */
final class SiteReader {
    private final HttpdConfiguration httpd;
    private final OurDirectives serverOurs;
    private final Set<String> services;
    private final OwnerReader owners;
    private final Accounts accounts;
    private final PoolReader pools;
    private final Problems problems;
    private final PluginRules rules;
    private final String serverRootDocuments;
    private final List<Site> sites = new ArrayList<>();

    SiteReader(HttpdConfiguration httpd, OurDirectives serverOurs, Set<String> services, OwnerReader owners,
               Accounts accounts, PoolReader pools, PluginRules rules, Problems problems) {
        this.httpd = httpd;
        this.serverOurs = serverOurs;
        this.services = services;
        this.owners = owners;
        this.accounts = accounts;
        this.pools = pools;
        this.rules = rules;
        this.problems = problems;
        this.serverRootDocuments = documentRoot(httpd.directives())
            .orElse(httpd.serverRoot().resolve("htdocs").toString());
    }

    /** The sites read so far whose owner was one, in order; the caller takes out those with problems. */
    List<Site> sites() {
        return List.copyOf(sites);
    }

    Host read(Directive section, OurDirectives ours, Site.Kind kind, String name) {
        Routes routes = Routes.read(section, ours, kind, name, services, problems);
        Optional<Owner> owner = owners.read(section, ours, name);
        String documents = kind == Site.Kind.VIRTUAL_HOST
            ? documentRoot(section.children()).orElse(serverRootDocuments)
            : routes.applications().values().stream().findFirst().map(file -> String.valueOf(Path.of(file).getParent()))
                .or(() -> routes.appDirectories().values().stream().findFirst()).orElse("/");
        requireOutside(documents, ours, kind, name);
        String home = owner.flatMap(o -> accounts.home(o.uid())).filter(Values::isAbsolutePath).orElse(documents);
        OurDirectives all = ours.after(serverOurs);
        PoolValues pool = pools.read(all, name);
        rules.together().apply(all.plugin()).ifPresent(misfit -> problems.error(Optional.of(name),
            new Place(misfit.directive().file(), misfit.directive().line()),
            misfit.directive().name() + " " + String.join(" ", misfit.directive().arguments()), misfit.expected()));
        owner.ifPresent(o -> sites.add(new Site(name, kind, o, accounts.name(o.uid()), home, documents, routes.forwarded(),
            routes.handlesFiles(), routes.applications(), routes.appDirectories(), routes.services(),
            ours.last("WarrenHealthCheck").map(HealthCheckValues::of),
            all.last("WarrenLanguage").map(d -> d.argument(0)).orElse("perl"), plugins(all), pool,
            all.last("WarrenLogRotate").flatMap(d -> LogValues.of(d.arguments())), all.plugin(),
            said(all), section.reportedAt())));
        return new Host(name, section, kind, ours, documents, routes.forwarded(), owner, home);
    }

    /** Or httpd shows the code to whoever asks for it. */
    private void requireOutside(String documents, OurDirectives ours, Site.Kind kind, String name) {
        ours.all("WarrenAppDirectory").stream().filter(directive -> kind == Site.Kind.VIRTUAL_HOST
                && Path.of(directive.argument(0)).startsWith(documents)).forEach(directive ->
            problems.error(Optional.of(name), directive.reportedAt(), directive.toString(),
                "a directory outside of the document root, where httpd would show the code: " + documents));
    }

    private static Map<String, Place> said(OurDirectives all) {
        Map<String, Place> said = new HashMap<>();
        // the last one of a name holds
        all.own().forEach(directive -> said.put(OwnDirective.ALL.get(directive.key()).name(), directive.reportedAt()));
        return said;
    }

    private static List<String> plugins(OurDirectives all) {
        Set<String> names = new LinkedHashSet<>();
        all.all("WarrenPlugin").forEach(directive -> names.addAll(directive.arguments()));
        return List.copyOf(names);
    }

    private Optional<String> documentRoot(List<Directive> children) {
        return children.stream().filter(d -> d.isSeenByHttpd() && d.is("DocumentRoot"))
            .reduce((first, last) -> last).map(d -> d.argument(0)).flatMap(this::absolute);
    }

    private Optional<String> absolute(String path) {
        try {
            return Optional.of(httpd.serverRoot().resolve(path).normalize().toString());
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}
