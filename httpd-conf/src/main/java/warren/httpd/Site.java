package warren.httpd;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A virtual host that Warren serves, or a service of the provider. All of it is checked.
 *
 * @param name its name
 * @param kind which of the two
 * @param owner who its code runs as
 * @param account the owner's account's name; empty where he has none
 * @param home the owner's home directory where he has an account, else the document root
 * @param documentRoot an absolute path; of a service host the directory of its application
 * @param forwardedPaths what WarrenLocation forwards: {@code ""} for the root or {@code "/name"}
 * @param handlesFiles whether files come by WarrenHandler
 * @param applications URL path, in that form, to the application's file, in the order of the configuration
 * @param appDirectories URL path to a directory whose entries answer under their names
 * @param services URL path to the name of the service host
 * @param healthCheck what a new generation must answer; empty where nothing is asked
 * @param language which language plugin runs it
 * @param plugins the host plugins that it asks for, the server's first
 * @param pool its pool's settings
 * @param log when its owner's log is rotated; empty where nothing is said of it
 * @param directives the plugins' directives that hold for it, the server's first
 * @param said where each of Warren's own directives stands that holds for it, by its name
 * @param place where it begins
 */
public record Site(String name, Kind kind, Owner owner, Optional<String> account, String home, String documentRoot,
                   List<String> forwardedPaths, boolean handlesFiles, Map<String, String> applications,
                   Map<String, String> appDirectories, Map<String, String> services,
                   Optional<HealthCheckValues> healthCheck, String language, List<String> plugins, PoolValues pool,
                   Optional<LogValues> log, List<PluginDirective> directives, Map<String, Place> said, Place place) {
    /** A virtual host of httpd's, or a service host, which has no door of its own. */
    public enum Kind { VIRTUAL_HOST, SERVICE_HOST }

    public Site {
        forwardedPaths = List.copyOf(forwardedPaths);
        applications = Ordered.copyOf(applications);
        appDirectories = Ordered.copyOf(appDirectories);
        services = Ordered.copyOf(services);
        plugins = List.copyOf(plugins);
        directives = List.copyOf(directives);
        said = Map.copyOf(said);
    }

    /** Whether the other says the same from another place, as one virtual host on two ports does. */
    boolean saysTheSameAs(Site other) {
        return name.equals(other.name) && kind == other.kind && withoutPlaces().equals(other.withoutPlaces());
    }

    private List<Object> withoutPlaces() {
        List<List<Object>> said = directives.stream().map(d -> List.<Object>of(d.name(), d.arguments())).toList();
        return List.of(owner, documentRoot, forwardedPaths, handlesFiles, applications, appDirectories, services,
            healthCheck, language, plugins, pool, log, said);
    }
}
