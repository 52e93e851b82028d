package warren.httpd;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * How httpd is started, as far as it matters to what it reads.
 *
 * @param configuration {@code -f}, an absolute path
 * @param serverRoot {@code -d}, an absolute path; where a ServerRoot line does not say otherwise, paths are relative to it
 * @param defines the names given by {@code -D}
 * @param environment httpd's environment; Debian's envvars beside the configuration is read besides and yields to it
 * @param version httpd's version
 */
public record HttpdInvocation(Path configuration, Path serverRoot, Set<String> defines,
                              Map<String, String> environment, HttpdVersion version) {
    public HttpdInvocation {
        if (!configuration.isAbsolute() || !serverRoot.isAbsolute()) {
            throw new IllegalArgumentException("the configuration and the ServerRoot are absolute paths");
        }
        configuration = configuration.normalize();
        defines = Set.copyOf(defines);
        environment = Map.copyOf(environment);
    }
}
