package warren.contract;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One virtual host, or one service of the provider, as the connector may know it.
 *
 * @param name its name
 * @param token what proves that httpd forwards for it; none for a service, which has no door of its own
 * @param documentRoot DOCUMENT_ROOT of its requests, an absolute path
 * @param routes the URL spaces that httpd forwards whole, in the order of the configuration
 * @param handlesFiles whether files of its may come by WarrenHandler too
 * @param pool its pool's settings
 * @param reloads counts the reloads asked for: one that grew means a new generation beside the running one
 * @param logRotation when its owner's log is rotated
 * @param quarantine why it must not serve, for the administrator; empty where it may
 * @param healthCheck what a new generation must answer before it takes over; empty where it is asked nothing
 * @param ownerUid of whom its code runs as, who may give orders for it; empty where it is quarantined
 */
public record VirtualHost(
        VirtualHostName name, Optional<Token> token, String documentRoot, List<Route> routes, boolean handlesFiles,
        PoolSettings pool, LogRotation logRotation, long reloads, Optional<String> quarantine,
        Optional<HealthCheck> healthCheck, OptionalLong ownerUid) {

    public VirtualHost {
        Objects.requireNonNull(name);
        Objects.requireNonNull(token);
        Objects.requireNonNull(documentRoot);
        routes = List.copyOf(routes);
        Objects.requireNonNull(pool);
        Objects.requireNonNull(logRotation);
        Objects.requireNonNull(quarantine);
        Objects.requireNonNull(healthCheck);
        Objects.requireNonNull(ownerUid);
    }

    /** What answers at a canonical URL path: the longest route that takes it; empty where none does. */
    public Optional<Route> routeOf(String urlPath) {
        return routes.stream().filter(route -> route.takes(urlPath)).max(Comparator.comparingInt(route -> route.path().length()));
    }

    /** One of which nothing further is said, and whose owner's log is rotated as logs are then. */
    public VirtualHost(VirtualHostName name, Optional<Token> token, String documentRoot, List<Route> routes,
            boolean handlesFiles, PoolSettings pool, long reloads, Optional<String> quarantine) {
        this(name, token, documentRoot, routes, handlesFiles, pool, LogRotation.DEFAULT, reloads, quarantine, Optional.empty(),
            OptionalLong.empty());
    }
}
