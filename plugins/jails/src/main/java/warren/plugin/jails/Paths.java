package warren.plugin.jails;

import java.nio.file.Path;
import java.util.Optional;

/** Absolute paths as the directives have them. */
final class Paths {
    private Paths() { }

    /** What is wrong with it; empty where nothing is. */
    static Optional<String> check(String path) {
        boolean good = path.startsWith("/") && path.length() > 1 && path.indexOf('\0') < 0
            && Path.of(path).normalize().toString().equals(path);
        return good ? Optional.empty() : Optional.of("\"" + path + "\"");
    }

    /** Whether it is that one or lies in it. */
    static boolean isBeneath(String path, String above) {
        return above.equals("/") || path.equals(above) || path.startsWith(above + "/");
    }
}
