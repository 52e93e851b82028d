package warren.httpd;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Ways for an owner's code to run as httpd's user: an interpreter inside httpd, SSI's exec, and CGI without suEXEC,
 * in directories that owners can write. Those are the document roots and homes of virtual hosts that Warren serves.
 */
final class CodeRefusals {
    private static final Pattern INTERPRETER = Pattern.compile("(php[0-9]*|perl|lua|python|wsgi)_module");
    private static final Set<String> RULES = Set.of("options", "allowoverride", "allowoverridelist");
    private final HttpdConfiguration httpd;
    private final List<Host> virtualHosts;
    private final Problems problems;
    private final boolean ssi;
    private final boolean cgi;

    CodeRefusals(HttpdConfiguration httpd, List<Host> hosts, Problems problems) {
        this.httpd = httpd;
        this.virtualHosts = hosts.stream().filter(Host::isVirtualHost).toList();
        this.problems = problems;
        this.ssi = httpd.modules().contains("include_module");
        this.cgi = httpd.modules().contains("cgi_module") || httpd.modules().contains("cgid_module");
    }

    /** Whether the files of other virtual hosts' owners matter to what is refused here. */
    static boolean lookAtAllHosts(HttpdConfiguration httpd, List<Host> hosts) {
        return new CodeRefusals(httpd, hosts, new Problems()).cgi && Stream.concat(
            httpd.directives().stream().filter(d -> !d.is("VirtualHost")), hosts.stream().map(Host::section))
            .anyMatch(CodeRefusals::hasScriptAlias);
    }

    private static boolean hasScriptAlias(Directive directive) {
        return isScriptAlias(directive) || directive.children().stream().anyMatch(CodeRefusals::hasScriptAlias);
    }

    private static boolean isScriptAlias(Directive directive) {
        return directive.is("ScriptAlias") || directive.is("ScriptAliasMatch");
    }

    void find() {
        if (virtualHosts.isEmpty()) {
            return;
        }
        httpd.directives().stream().filter(d -> d.is("LoadModule")).forEach(this::module);
        if (!ssi && !cgi) {
            return;
        }
        DirectoryRules server = new DirectoryRules(
            httpd.directives().stream().filter(d -> !d.is("VirtualHost")).toList());
        for (Host host : virtualHosts) {
            Finder finder = new Finder(host);
            Scopes scopes = new Scopes(server, new DirectoryRules(host.section().children()));
            options(host, scopes, finder);
            if (finder.refusesCgi) {
                scopes.others().forEach(directive -> scriptAlias(directive, host));
            }
        }
    }

    private void module(Directive load) {
        if (INTERPRETER.matcher(load.argument(0)).matches()) {
            problems.error(Problems.SERVER, load.reportedAt(), load.argument(0)
                + ", in which owners' code runs as httpd and reads Warren's secrets", "no such module beside Warren");
        }
    }

    private void options(Host host, Scopes scopes, Finder finder) {
        Permissions atRoot = new Permissions();
        scopes.others().forEach(atRoot::apply);
        scopes.at(host.documentRoot()).forEach(section -> section.children().forEach(atRoot::apply));
        finder.look(atRoot);
        scopes.at(host.documentRoot()).forEach(section -> inner(section, finder));
        scopes.below(host.documentRoot()).forEach(section -> deeper(section, finder));
        if (!host.home().equals(host.documentRoot())) {
            Permissions atHome = new Permissions();
            scopes.at(host.home()).forEach(section -> section.children().forEach(atHome::apply));
            finder.look(atHome);
            scopes.below(host.home()).forEach(section -> deeper(section, finder));
        }
        scopes.others().stream().filter(Directive::isSection).forEach(section -> deeper(section, finder));
    }

    private void inner(Directive section, Finder finder) {
        section.children().stream().filter(Directive::isSection).forEach(child -> deeper(child, finder));
    }

    /** A section that can only add: what it gives itself is what counts. */
    private void deeper(Directive section, Finder finder) {
        if (section.isSeenByHttpd() && section.children().stream().anyMatch(d -> RULES.contains(d.key()))) {
            Permissions own = new Permissions();
            section.children().forEach(own::apply);
            finder.look(own);
        }
        inner(section, finder);
    }

    private void scriptAlias(Directive directive, Host host) {
        if (isScriptAlias(directive)) {
            String target = directive.argument(1);
            virtualHosts.stream().filter(other -> isWithin(target, other)).findFirst().ifPresent(other ->
                problems.error(Problems.SERVER, directive.reportedAt(), directive + " runs CGI that the owner of "
                    + other.name() + " can write as httpd's user", "mod_suexec and SuexecUserGroup in virtual host "
                    + host.name() + ", or WarrenHandler"));
        }
        directive.children().forEach(child -> scriptAlias(child, host));
    }

    private static boolean isWithin(String target, Host host) {
        return below(target, host.documentRoot()) || below(target, host.home());
    }

    private static boolean below(String target, String directory) {
        String root = DirectoryRules.trimmed(directory);
        return target.equals(root) || target.startsWith(root.equals("/") ? "/" : root + "/");
    }

    /** Tells what the rules for one virtual host's files give its owner. */
    private final class Finder {
        private final Host host;
        private final boolean refusesCgi;

        Finder(Host host) {
            this.host = host;
            boolean suexec = httpd.modules().contains("suexec_module")
                && host.section().children().stream().anyMatch(d -> d.is("SuexecUserGroup"));
            this.refusesCgi = cgi && !suexec;
        }

        void look(Permissions permissions) {
            if (ssi) {
                found(permissions.gives("includes"), "SSI with exec", "Options IncludesNOEXEC");
                found(permissions.letsGive("includes"), "SSI with exec, for .htaccess to switch on",
                    "AllowOverride Options=… without Includes");
            }
            if (refusesCgi) {
                found(permissions.gives("execcgi"), "CGI without suEXEC", "WarrenHandler, or SuexecUserGroup");
                found(permissions.letsGive("execcgi"), "CGI without suEXEC, for .htaccess to switch on",
                    "AllowOverride Options=… without ExecCGI");
            }
        }

        private void found(Optional<Directive> rule, String what, String expected) {
            Consumer<Directive> tell = directive -> problems.error(Problems.SERVER, directive.reportedAt(),
                directive + ": " + what + " where the owner of " + host.name() + " can write", expected);
            rule.ifPresent(tell);
        }
    }
}
