package warren.httpd;

import java.util.List;

/**
 * What Warren refuses to run beside. The rule that divides them: where the danger goes around Warren (somebody reads
 * httpd's memory, the secrets or the configuration), keeping one virtual host from serving would protect nobody, so it
 * is an error of the server. Where it goes no further than one virtual host, that one is quarantined.
 *
 * <table>
 * <caption>Refusals</caption>
 * <tr><th>what</th><th>why</th><th>then</th></tr>
 * <tr><td>a configuration file or a directory above it that somebody other than root can change</td>
 *     <td>he names any owner</td><td>stop</td></tr>
 * <tr><td>secrets.conf, or another file with a secret or token, readable by others</td>
 *     <td>whoever reads it is httpd</td><td>stop</td></tr>
 * <tr><td>an AJP secret on a worker outside {@code <VirtualHost>}</td>
 *     <td>any owner's .htaccess may use that worker, secret and all</td><td>stop</td></tr>
 * <tr><td>a token outside {@code <VirtualHost>}</td><td>every virtual host's requests carry it</td><td>stop</td></tr>
 * <tr><td>a token in a virtual host outside the section that forwards to Warren</td>
 *     <td>SSI and other backends of that virtual host see it</td><td>quarantine</td></tr>
 * <tr><td>mod_info</td><td>it shows the configuration with the secrets</td><td>stop</td></tr>
 * <tr><td>mod_php, mod_perl, mod_lua, mod_python, mod_wsgi</td>
 *     <td>owners' code reads httpd's memory</td><td>stop</td></tr>
 * <tr><td>SSI with exec, where an owner can write; AllowOverride that lets him switch it on</td>
 *     <td>his commands run as httpd's user</td><td>stop</td></tr>
 * <tr><td>CGI without suEXEC there, likewise</td><td>the same</td><td>stop</td></tr>
 * <tr><td>a {@code <Directory>} rule, or an override for that directory, that seems to guard what WarrenLocation
 *     forwards</td><td>ProxyPass skips it: the guard is gone</td><td>quarantine</td></tr>
 * <tr><td>AllowOverride from above such a directory that allows guards in .htaccess</td>
 *     <td>the same, but likely meant for other directories</td><td>warning</td></tr>
 * <tr><td>AssignUserID with MPM-itk in a virtual host of Warren's</td>
 *     <td>httpd's process is the owner's then, holds httpd's memory and may not open Warren's socket</td>
 *     <td>warning</td></tr>
 * </table>
 */
final class Refusals {
    private final HttpdConfiguration httpd;
    private final List<Host> hosts;
    private final ServerSettings server;
    private final FileGuard guard;
    private final Problems problems;

    Refusals(HttpdConfiguration httpd, List<Host> hosts, ServerSettings server, FileGuard guard, Problems problems) {
        this.httpd = httpd;
        this.hosts = hosts;
        this.server = server;
        this.guard = guard;
        this.problems = problems;
    }

    void find() {
        new FileRefusals(httpd, server, guard, problems).find();
        new SecretRefusals(httpd, hosts, problems).find();
        new CodeRefusals(httpd, hosts, problems).find();
        new GuardRefusals(httpd, hosts, problems).find();
    }
}
