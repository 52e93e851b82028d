package warren.httpd;

import java.util.List;

/**
 * A virtual host or service host that must not serve. httpd may still forward to it, so it needs a token, and its
 * requests an answer.
 *
 * @param name its name
 * @param kind which of the two
 * @param problems why, at least one
 */
public record QuarantinedSite(String name, Site.Kind kind, List<Problem> problems) {
    public QuarantinedSite {
        problems = List.copyOf(problems);
        if (problems.isEmpty()) {
            throw new IllegalArgumentException(name + " is quarantined without a problem");
        }
    }
}
