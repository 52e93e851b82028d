package warren.httpd;

import java.util.List;
import java.util.Optional;

/**
 * A virtual host or service host as it was read, good or not.
 *
 * @param name by which its problems are known
 * @param section its section
 * @param ours its directives
 * @param documentRoot where its files lie
 * @param forwarded what WarrenLocation forwards
 * @param owner empty where that was a problem
 * @param home the owner's home directory, else the document root
 */
record Host(String name, Directive section, Site.Kind kind, OurDirectives ours, String documentRoot,
            List<String> forwarded, Optional<Owner> owner, String home) {
    boolean isVirtualHost() {
        return kind == Site.Kind.VIRTUAL_HOST;
    }
}
