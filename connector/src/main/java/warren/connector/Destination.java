package warren.connector;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import warren.contract.Route;
import warren.contract.VirtualHost;

/**
 * Where a request goes, in the words of CGI.
 *
 * @param called the virtual host that the request came by
 * @param pool whose pool serves it: the virtual host's own or a service's
 * @param scriptFilename the file that the language plugin runs
 * @param scriptName the part of the URL's path that names it
 * @param pathInfo what follows; may be empty
 * @param requestUri path and query as the client sent them
 */
record Destination(VirtualHost called, VirtualHost pool, String scriptFilename, String scriptName, String pathInfo,
                   String requestUri) {

    /** Which route a request came by, and what it leads to there. */
    static Destination of(HttpServletRequest request, VirtualHost host, VirtualHosts all) throws Refusal {
        return request.getAttribute("WARREN_URI") instanceof String uri
            ? ofFile(request, host, uri)
            : ofPath(request, host, all);
    }

    /** WarrenHandler: httpd found the file and sends its path as the URI, and the URI's parts as attributes. */
    private static Destination ofFile(HttpServletRequest request, VirtualHost host, String uri) throws Refusal {
        String file = UrlPath.canonical(request.getRequestURI());
        if (!host.handlesFiles()) {
            throw Refusal.of(404, "no WarrenHandler stands in this virtual host");
        }
        // An owner can write these attributes; the file stays within what is his all the same.
        if (!isBelow(host.documentRoot(), file)) {
            throw Refusal.of(404, "the file is outside of the document root");
        }
        String pathInfo = attribute(request, "WARREN_PATH_INFO");
        if (!uri.endsWith(pathInfo)) {
            throw Refusal.of(400, "WARREN_URI does not end with WARREN_PATH_INFO");
        }
        String scriptName = uri.substring(0, uri.length() - pathInfo.length());
        return new Destination(host, host, file, scriptName, pathInfo, attribute(request, "WARREN_REQUEST_URI"));
    }

    /** WarrenLocation: a URL space, the longest one that holds the path. */
    private static Destination ofPath(HttpServletRequest request, VirtualHost host, VirtualHosts all) throws Refusal {
        String path = UrlPath.canonical(request.getRequestURI());
        String query = request.getQueryString();
        String requestUri = query == null ? request.getRequestURI() : request.getRequestURI() + '?' + query;
        return switch (requiredRoute(host, path)) {
            case Route.Application(String prefix, String file) ->
                new Destination(host, host, file, prefix, path.substring(prefix.length()), requestUri);
            case Route.Applications(String prefix, String directory) ->
                new Destination(host, host, directory + "/", prefix, path.substring(prefix.length()), requestUri);
            case Route.Service(String prefix, var name) ->
                ofService(host, all.named(name), prefix, path.substring(prefix.length()), requestUri);
        };
    }

    private static Destination ofService(VirtualHost host, Optional<VirtualHost> offered, String prefix, String rest,
                                         String requestUri) throws Refusal {
        VirtualHost service = offered.orElseThrow(() -> Refusal.unavailable("the service at this path is not there"));
        Route route = requiredRoute(service, rest);
        String file = switch (route) {
            case Route.Application application -> application.file();
            case Route.Applications applications -> applications.directory() + "/";
            case Route.Service another -> throw Refusal.of(404, "a service offers no other service");
        };
        return new Destination(host, service, file, prefix + route.path(), rest.substring(route.path().length()), requestUri);
    }

    private static Route requiredRoute(VirtualHost host, String path) throws Refusal {
        return host.routeOf(path).orElseThrow(() -> Refusal.of(404, "no route takes this path"));
    }

    private static boolean isBelow(String root, String file) {
        String directory = root.endsWith("/") ? root : root + '/';
        return file.startsWith(directory) && file.length() > directory.length();
    }

    private static String attribute(HttpServletRequest request, String name) throws Refusal {
        if (request.getAttribute(name) instanceof String value && value.indexOf('\0') < 0) {
            return value;
        }
        throw Refusal.of(400, name + " is missing");
    }
}
