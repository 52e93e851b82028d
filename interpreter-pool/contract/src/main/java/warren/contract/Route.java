package warren.contract;

/**
 * A part of a virtual host's URL space that httpd forwards as a whole, and what answers there. The path begins with
 * {@code /}, has no trailing slash (the root is {@code ""}) and matches itself and everything below it.
 */
public sealed interface Route {
    /** The URL path, {@code ""} or {@code "/name"}: SCRIPT_NAME of the requests that it takes. */
    String path();

    /** Whether a canonical URL path is this route's or below it. */
    default boolean takes(String urlPath) {
        return urlPath.startsWith(path())
            && (urlPath.length() == path().length() || urlPath.charAt(path().length()) == '/');
    }

    /** An owner's application; the file becomes SCRIPT_FILENAME, and the language plugin knows what to do with it. */
    record Application(String path, String file) implements Route {
        public Application {
            requirePath(path);
        }
    }

    /** A directory whose entries answer under their names; which entries, and how, the language plugin knows. */
    record Applications(String path, String directory) implements Route {
        public Applications {
            requirePath(path);
        }
    }

    /** A service of the provider, a pool of its own under an owner of its own, offered here. */
    record Service(String path, VirtualHostName service) implements Route {
        public Service {
            requirePath(path);
        }
    }

    private static void requirePath(String path) {
        if (!path.isEmpty() && (path.charAt(0) != '/' || path.endsWith("/"))) {
            throw new IllegalArgumentException("a route's path is empty or begins with / and does not end with it");
        }
    }
}
