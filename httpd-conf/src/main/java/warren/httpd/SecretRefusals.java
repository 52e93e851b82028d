package warren.httpd;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Places where a secret or token stands that more than Warren's requests can use, and mod_info, which shows all. */
final class SecretRefusals {
    private static final Set<String> SETTERS = Set.of("setenv", "setenvif", "setenvifnocase", "setenvifexpr",
        "browsermatch", "browsermatchnocase", "passenv", "rewriterule", "use");
    private static final Set<String> WORKERS = Set.of("proxypass", "proxypassmatch", "proxyset", "balancermember",
        "proxy", "proxymatch");
    private final HttpdConfiguration httpd;
    private final List<Host> hosts;
    private final Problems problems;

    SecretRefusals(HttpdConfiguration httpd, List<Host> hosts, Problems problems) {
        this.httpd = httpd;
        this.hosts = hosts;
        this.problems = problems;
    }

    void find() {
        for (Directive directive : httpd.directives()) {
            if (directive.is("LoadModule") && directive.argument(0).equals("info_module")) {
                problems.error(Problems.SERVER, directive.reportedAt(),
                    "mod_info, which shows the configuration with Warren's secrets", "no mod_info (a2dismod info)");
            }
            if (!directive.is("VirtualHost")) {
                outside(directive, false);
            }
        }
        hosts.stream().filter(Host::isVirtualHost)
            .forEach(host -> host.section().children().forEach(child -> inside(child, host, false)));
    }

    /** Whether it sets the variable that names the virtual host, or is the use of a macro that will. */
    static boolean isToken(Directive directive) {
        String raw = directive.raw().toLowerCase(Locale.ROOT);
        return SETTERS.contains(directive.key())
            && (raw.contains("ajp_warren_vhost") || (directive.is("Use") && raw.startsWith("warrentoken-")));
    }

    private void outside(Directive directive, boolean ajp) {
        boolean worker = WORKERS.contains(directive.key());
        boolean speaksAjp = ajp || (worker && directive.raw().toLowerCase(Locale.ROOT).contains("ajp:"));
        boolean use = directive.is("Use") && directive.raw().startsWith("warrenworker-");
        if (use || (worker && speaksAjp && directive.arguments().stream().anyMatch(FileRefusals::isSecret))) {
            problems.error(Problems.SERVER, directive.reportedAt(),
                "an AJP secret on a worker of the server, which every virtual host's .htaccess can use",
                "it inside <VirtualHost> (Use WarrenVirtualHost)");
        }
        if (isToken(directive)) {
            problems.error(Problems.SERVER, directive.reportedAt(), "a token outside <VirtualHost>",
                "it only in the section that forwards to Warren (Use WarrenLocation or WarrenHandler)");
        }
        directive.children().forEach(child -> outside(child, speaksAjp));
    }

    private void inside(Directive directive, Host host, boolean forwards) {
        if (!forwards && isToken(directive)) {
            problems.error(Optional.of(host.name()), directive.reportedAt(),
                "the token where SSI and other backends see it",
                "it only in the section that forwards to Warren (Use WarrenLocation or WarrenHandler)");
        }
        boolean here = directive.isSection() && (forwards || forwardsToWarren(directive, host));
        directive.children().forEach(child -> inside(child, host, here));
    }

    private static boolean forwardsToWarren(Directive section, Host host) {
        if (section.is("Location")) {
            return Values.isUrlPath(section.argument(0))
                && host.forwarded().contains(Values.route(section.argument(0)));
        }
        return section.children().stream().anyMatch(child -> child.is("SetHandler")
            && child.argument(0).startsWith("proxy:unix:") && child.argument(0).contains("|ajp://"));
    }
}
