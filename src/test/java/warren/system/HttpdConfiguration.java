package warren.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a {@link Machine}'s httpd, and Warren behind it, are told. {@code @base@} and {@code @port@} are known in what is added. */
final class HttpdConfiguration {
    private static final Path MODULES = Path.of("/usr/lib/apache2/modules");
    private final Path base;
    private final StringBuilder sites = new StringBuilder();
    private String workers = "";

    HttpdConfiguration(Path base) {
        this.base = base;
    }

    /** More, in the server or a virtual host of its own. */
    void add(String text) {
        sites.append(text);
    }

    /** How many requests httpd takes at a time: in one process, for slow clients may take all workers of one of several. */
    void setWorkers(int atATime) {
        workers = """
            ServerLimit          2
            ThreadLimit          @workers@
            ThreadsPerChild      @workers@
            MaxRequestWorkers    @workers@
            StartServers         1
            MaxSpareThreads      @workers@
            ListenBacklog        2000
            MaxKeepAliveRequests 0
            KeepAliveTimeout     60
            """.replace("@workers@", Integer.toString(atATime));
    }

    /** The usual one. */
    String virtualHost(String owner, int uid, String... directives) {
        return """
            <VirtualHost 127.0.0.1:@port@>
                ServerName   @owner@.localhost
                DocumentRoot "@base@/sites/@owner@/htdocs"
                Use WarrenVirtualHost @owner@.localhost
                Use WarrenLocation    @owner@.localhost /app
                <Directory "@base@/sites/@owner@/htdocs/perl">
                    Use WarrenHandler @owner@.localhost
                </Directory>
                <IfModule mod_warren.c>
                    WarrenUserGroup   #@uid@ #@uid@
                    WarrenApplication /app @base@/sites/@owner@/app/app.psgi
                    WarrenJailAllow   @base@/sites/@owner@ rw
                    @directives@
                </IfModule>
            </VirtualHost>
            """.replace("@owner@", owner).replace("@uid@", Integer.toString(uid))
            .replace("@directives@", String.join("\n        ", directives));
    }

    Path write(String name, int listenPort) throws IOException {
        return write(name, listenPort, sites.toString());
    }

    /** With these lines in the place of what was added. */
    Path write(String name, int listenPort, String more) throws IOException {
        String modules = Stream.of("mpm_event", "authz_core", "dir", "env", "setenvif", "rewrite", "headers", "macro",
                "proxy", "proxy_ajp")
            .map(module -> "LoadModule " + module + "_module " + MODULES.resolve("mod_" + module + ".so\n"))
            .collect(Collectors.joining());
        String text = modules + """
            ServerRoot        "@base@/httpd"
            DefaultRuntimeDir "@base@/httpd"
            PidFile           "@base@/httpd/@name@.pid"
            ErrorLog          "@base@/httpd/@name@.log"
            ServerName localhost
            Listen     127.0.0.1:@port@
            User       www-data
            Group      www-data
            @workers@
            Define WARREN_RUNTIME @base@/run
            Define WARREN_STATE   @base@/state
            Define WARREN_LOG     @base@/log
            Define WARREN_SPOOL   @base@/spool
            Include "@base@/warren/httpd/warren.conf"
            <IfModule mod_warren.c>
                WarrenUser #@connector@
            </IfModule>
            <Directory "/">
                AllowOverride None
                Require all denied
            </Directory>
            <Directory "@base@/sites">
                AllowOverride FileInfo
                Require all granted
            </Directory>
            """ + more;
        Path file = base.resolve(name);
        Files.writeString(file, text.replace("@base@", base.toString()).replace("@port@", Integer.toString(listenPort))
            .replace("@name@", name).replace("@connector@", Integer.toString(Machine.CONNECTOR))
            .replace("@workers@", workers));
        return file;
    }
}
