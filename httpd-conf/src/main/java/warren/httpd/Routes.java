package warren.httpd;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a virtual host forwards and what answers there; every part has its counterpart.
 *
 * @param forwarded the paths that WarrenLocation forwards
 */
record Routes(List<String> forwarded, boolean handlesFiles, Map<String, String> applications,
              Map<String, String> appDirectories, Map<String, String> services) {
    /** Reads them; what does not fit together is a problem of the virtual host. */
    static Routes read(Directive section, OurDirectives ours, Site.Kind kind, String name, Set<String> services,
                       Problems problems) {
        List<String> forwarded = ours.all("WarrenForwardLocation").stream()
            .map(directive -> Values.route(directive.argument(1))).distinct().toList();
        Routes routes = new Routes(forwarded, !ours.all("WarrenForwardFiles").isEmpty(),
            new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
        ours.all("WarrenApplication").forEach(directive ->
            routes.add(directive, urlPath(directive), directive.argument(1), routes.applications, name, problems));
        ours.all("WarrenAppDirectory").forEach(directive ->
            routes.add(directive, urlPath(directive), directive.argument(0), routes.appDirectories, name, problems));
        ours.all("WarrenService").forEach(directive ->
            routes.add(directive, urlPath(directive), directive.argument(0), routes.services, name, problems));
        Optional<String> scope = Optional.of(name);
        ours.last("WarrenHealthCheck").ifPresent(directive -> routes.checkHealth(directive, scope, problems));
        if (kind == Site.Kind.SERVICE_HOST) {
            if (routes.applications.isEmpty() && routes.appDirectories.isEmpty()) {
                problems.error(scope, section.reportedAt(), "a service host without an application",
                    "WarrenApplication / FILE");
            }
            return routes;
        }
        routes.checkNames(ours, scope, problems);
        routes.checkCover(ours, scope, services, problems);
        if (forwarded.isEmpty() && !routes.handlesFiles) {
            problems.warning(scope, section.reportedAt(), "virtual host " + name + ", to which nothing is forwarded",
                "Use WarrenLocation " + name + " PATH, or Use WarrenHandler " + name);
        }
        return routes;
    }

    /** Where a directive's application or service answers. */
    private static String urlPath(Directive directive) {
        if (directive.is("WarrenAppDirectory")) {
            return directive.arguments().size() > 1 ? directive.argument(1) : "/";
        }
        return directive.argument(directive.is("WarrenService") ? 1 : 0);
    }

    private void add(Directive directive, String urlPath, String value, Map<String, String> map, String name,
                     Problems problems) {
        String path = Values.route(urlPath);
        String taken = applications.getOrDefault(path, appDirectories.getOrDefault(path, services.get(path)));
        if (taken != null && !taken.equals(value)) {
            problems.error(Optional.of(name), directive.reportedAt(), directive + ", where " + taken
                + " answers already", "another path");
            return;
        }
        map.put(path, value);
    }

    private void checkNames(OurDirectives ours, Optional<String> scope, Problems problems) {
        boolean defined = false;
        for (Directive directive : ours.own()) {
            defined |= directive.is("WarrenVirtualHost");
            if (!directive.is("WarrenForwardLocation") && !directive.is("WarrenForwardFiles")) {
                continue;
            }
            if (!directive.argument(0).equals(scope.orElseThrow())) {
                problems.error(scope, directive.reportedAt(), directive.argument(0) + " in virtual host "
                    + scope.orElseThrow(), "the virtual host's own name");
            } else if (!defined && directive.is("WarrenForwardLocation")) {
                // ProxyPass would make a worker of its own, without the secret
                problems.error(scope, directive.reportedAt(), "WarrenLocation before WarrenVirtualHost",
                    "Use WarrenVirtualHost " + scope.orElseThrow() + " first");
            }
        }
    }

    private void checkCover(OurDirectives ours, Optional<String> scope, Set<String> services, Problems problems) {
        for (Directive directive : ours.own()) {
            boolean service = directive.is("WarrenService");
            if (service && !services.contains(directive.argument(0))) {
                problems.error(scope, directive.reportedAt(), directive.toString(),
                    "a <WarrenServiceHost " + directive.argument(0) + "> in the server");
            }
            if ((service || directive.is("WarrenApplication") || directive.is("WarrenAppDirectory"))
                    && forwarded.stream().noneMatch(route -> Values.covers(route, Values.route(urlPath(directive))))) {
                problems.error(scope, directive.reportedAt(), directive + ", which httpd does not forward",
                    "Use WarrenLocation with this path or one above it");
            }
            if (directive.is("WarrenForwardLocation") && isEmpty(Values.route(directive.argument(1)))) {
                problems.error(scope, directive.reportedAt(), "WarrenLocation " + directive.argument(1)
                    + " with nothing that answers there", "a WarrenApplication, WarrenAppDirectory or WarrenService at it, above or below");
            }
        }
    }

    /** A service has a pool of its own, and a health check of its own. */
    private void checkHealth(Directive directive, Optional<String> scope, Problems problems) {
        String path = HealthCheckValues.of(directive).pathWithoutQuery();
        int own = Math.max(longest(applications.keySet(), path), longest(appDirectories.keySet(), path));
        if (own < longest(services.keySet(), path) || own < 0 && !handlesFiles) {
            problems.error(scope, directive.reportedAt(), directive + ", which it does not answer itself",
                "a path of a WarrenApplication, of a WarrenAppDirectory or, with WarrenHandler, of a file");
        }
    }

    /** The length of the longest of these routes that takes a path; -1 where none does. */
    private static int longest(Set<String> routes, String path) {
        return routes.stream().filter(route -> Values.covers(route, path)).mapToInt(String::length).max().orElse(-1);
    }

    private boolean isEmpty(String route) {
        return applications.keySet().stream().noneMatch(path -> Values.covers(route, path))
            // what answers under the names in a directory may answer below it
            && appDirectories.keySet().stream().noneMatch(path -> Values.covers(route, path) || Values.covers(path, route))
            && services.keySet().stream().noneMatch(path -> Values.covers(route, path));
    }
}
