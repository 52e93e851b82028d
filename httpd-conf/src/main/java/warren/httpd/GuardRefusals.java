package warren.httpd;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Guards that ProxyPass leaves behind. A path that WarrenLocation forwards looks as if it were the directory of that
 * name below the document root, but httpd walks no directory for it: only {@code <Location>} guards it.
 */
final class GuardRefusals {
    private final HttpdConfiguration httpd;
    private final List<Host> hosts;
    private final Problems problems;

    GuardRefusals(HttpdConfiguration httpd, List<Host> hosts, Problems problems) {
        this.httpd = httpd;
        this.hosts = hosts;
        this.problems = problems;
    }

    void find() {
        DirectoryRules server = new DirectoryRules(
            httpd.directives().stream().filter(d -> !d.is("VirtualHost")).toList());
        for (Host host : hosts) {
            if (!host.isVirtualHost()) {
                continue;
            }
            if (!host.forwarded().isEmpty()) {
                Scopes scopes = new Scopes(server, new DirectoryRules(host.section().children()));
                host.forwarded().forEach(path -> path(path, host, scopes));
            }
            itk(host);
        }
    }

    private void path(String path, Host host, Scopes scopes) {
        String directory = DirectoryRules.trimmed(host.documentRoot()) + path;
        Optional<Directive> guard = Optional.empty();
        Permissions permissions = new Permissions();
        for (Directive section : scopes.at(directory)) {
            section.children().forEach(permissions::apply);
            if (!section.argument(0).equals("/")) { // httpd's own default there closes the whole file system
                guard = Guards.in(section).or(Guards.opens(section) ? Optional::empty : keep(guard));
            }
            specific(section, directory, path, host);
        }
        guard.ifPresent(found -> refuse(found, path, host));
        for (Directive section : scopes.below(directory)) {
            Guards.in(section).ifPresent(found -> refuse(found, path, host));
            specific(section, directory, path, host);
        }
        permissions.letsGuard().filter(found -> !isFor(found, scopes, directory)).ifPresent(found ->
            problems.warning(Optional.of(host.name()), found.reportedAt(), found + " allows guards in .htaccess, "
                + "which WarrenLocation " + shown(path) + " does not ask", "guards of it in <Location>"));
        if (path.isEmpty()) {
            host.section().children().stream().filter(d -> d.is("Files") || d.is("FilesMatch"))
                .forEach(files -> Guards.in(files).ifPresent(found -> refuse(found, path, host)));
        }
    }

    private static Supplier<Optional<Directive>> keep(Optional<Directive> guard) {
        return () -> guard;
    }

    private static boolean isFor(Directive override, Scopes scopes, String directory) {
        return scopes.at(directory).stream()
            .anyMatch(section -> isAtOrBelow(section, directory) && section.children().contains(override));
    }

    private static boolean isAtOrBelow(Directive section, String directory) {
        return section.is("Directory")
            && DirectoryRules.depth(DirectoryRules.trimmed(section.argument(0))) >= DirectoryRules.depth(directory);
    }

    /** An override for this very directory or one below was meant for what is forwarded. */
    private void specific(Directive section, String directory, String path, Host host) {
        if (!isAtOrBelow(section, directory)) {
            return;
        }
        Permissions own = new Permissions();
        section.children().forEach(own::apply);
        own.letsGuard().ifPresent(found -> problems.error(Optional.of(host.name()), found.reportedAt(),
            found + " for guards in .htaccess, which WarrenLocation " + shown(path) + " does not ask",
            "AllowOverride without AuthConfig, Limit and All for this directory, and guards in <Location>"));
    }

    private void refuse(Directive guard, String path, Host host) {
        problems.error(Optional.of(host.name()), guard.reportedAt(), guard + " for a directory that WarrenLocation "
            + shown(path) + " takes past it", "the same rule in <Location \"" + shown(path) + "\">");
    }

    private static String shown(String path) {
        return path.isEmpty() ? "/" : path;
    }

    private void itk(Host host) {
        if (httpd.modules().contains("mpm_itk_module")) {
            host.section().children().stream().filter(d -> d.is("AssignUserID")).findFirst().ifPresent(found ->
                problems.warning(Optional.of(host.name()), found.reportedAt(), found + " with MPM-itk, whose "
                    + "process is the owner's before it connects to Warren", "WarrenUserGroup instead"));
        }
    }
}
