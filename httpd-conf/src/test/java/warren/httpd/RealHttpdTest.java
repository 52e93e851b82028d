package warren.httpd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What we read is what the real httpd reads, and it accepts what we give it. */
class RealHttpdTest {
    /** What our reader keeps as directives but httpd acts on at once and does not dump. */
    private static final Set<String> NOT_DUMPED = Set.of("loadmodule");
    @TempDir
    Path directory;
    private Written written;

    @BeforeEach
    void prepare() {
        written = new Written(directory);
    }

    /** The configuration as mod_info dumps it, without comments and indentation. */
    private static List<String> dumped(Path file, String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of("-D", "DUMP_CONFIG"));
        all.addAll(List.of(arguments));
        RealHttpd.Answer answer = RealHttpd.check(file, all.toArray(String[]::new));
        assertEquals(0, answer.status(), answer.text());
        return answer.text().lines().map(String::strip)
            .filter(line -> !line.startsWith("#") && !line.startsWith("[") && !line.isEmpty()
                && !line.equals("Syntax OK") && !line.startsWith("AH")).toList();
    }

    private static Stream<String> shown(Directive directive) {
        if (!directive.isSection()) {
            return Stream.of((directive.name() + " " + directive.raw()).strip());
        }
        return Stream.of(Stream.of("<" + directive.name() + " " + directive.raw() + ">"),
            directive.children().stream().flatMap(RealHttpdTest::shown), Stream.of("</" + directive.name() + ">"))
            .flatMap(s -> s);
    }

    private static List<String> ours(HttpdConfiguration read) {
        return read.directives().stream().filter(d -> !NOT_DUMPED.contains(d.key()))
            .flatMap(RealHttpdTest::shown).toList();
    }

    @Test
    void readsWhatHttpdReads() throws IOException {
        written.file("d/b/1.conf", "ServerAlias b1\n");
        written.file("d/a/2.conf", "ServerAlias a2\n");
        written.file("d/a/1.conf", "ServerAlias a1\n<IfDefine LATE>\nServerAlias late\n</IfDefine>\n");
        written.file("d/.h/1.conf", "ServerAlias hidden\n");
        Path file = written.file("httpd.conf", RealHttpd.server(directory) + """
            Define V "one two"
            Define Quote 'a"b'
            <Macro M $n $nn %p @q>
             ServerAlias $n $nn %p @q $(n) \\
               cont-$n
             <IfDefine FOO$n>
              ServerAlias defined
             </IfDefine>
             # $n
             Include d/$n/*.conf
            </Macro>
            Define FOOa
            <VirtualHost *:80>
            ServerAlias ${V} ${v} ${QUOTE} "${V} y" ${NOPE} ${NO:PE} '${V}' ${FROM_ENV}
            ServerAlias a\\\\
            ServerAlias b\\
            c \\
               d
            # comment \\
            ServerAlias eaten
            ServerAlias "e\\"f" g\\h 'i\\'j' k\\\\l "un closed
            Use M a 22 "p p" 'q" \\\\ q'
            use m b x y z
            Include d/*/*.conf
            Define LATE
            Include d
            IncludeOptional none.conf
            IncludeOptional none/*.conf
            Include d/[ab]/1.con?
            </VirtualHost>
            <Macro Open $x>
            <VirtualHost $x>
            </Macro>
            Use Open *:81
            <IfVersion >= 2.4>
            <IfModule mod_macro.c>
            <IfModule !mod_nothing.c>
            ServerAlias in-open
            </IfModule>
            </IfModule>
            </IfVersion>
            <IfVersion = /^2\\.4/>
            ServerAlias in-version
            </IfVersion>
            <IfVersion < 2.4>
            ServerAlias no
            </IfVersion>
            <IfFile d/a>
            ServerAlias file
            </IfFile>
            <IfDefine GIVEN>
            ServerAlias given
            </IfDefine>
            <IfModule mod_warren.c>
            WarrenNothing here
            </IfModule>
            <Directory "/x y">
              <Files *.pl>
            Require all denied
              </Files>
            </Directory>
            </VirtualHost>
            """);
        HttpdConfiguration read = HttpdConfiguration.read(written.invocation(file, "GIVEN"));
        List<String> without = ours(read).stream().filter(line -> !line.startsWith("WarrenNothing")).toList();
        assertEquals(sent(dumped(file, "-D", "GIVEN")), sent(without));
    }

    /** Without the lines that httpd acts on when it reads them and that it therefore does or does not dump. */
    private static List<String> sent(List<String> lines) {
        return lines.stream().filter(line -> !line.matches("(ServerRoot|PidFile|DefaultRuntimeDir|ErrorLog|Listen"
            + "|ServerName|LoadModule|User|Group|Mutex|Define)\\b.*")).map(line -> line.replaceAll("\\s+", " "))
            .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Include none.conf", "Include none*.conf", "Include httpd.conf", "</Directory>",
        "<Directory /x>", "<IfDefine !A>\n<Directory /x>\n</IfDefine>\n</Directory>", "<IfDefine !A >\n</IfDefine >",
        "<IfDefine A>\n<Directory /x>\n</IfDefine>", "Use Nothing", "<Macro A>\nUse A\n</Macro>\nUse A",
        "<Macro A $x>\n</Macro>\nUse A", "UndefMacro Nothing", "Error no", "<Macro A $x $x>\n</Macro>",
        "IncludeOptional httpd.conf/x/*.conf"})
    void refusesWhatHttpdRefuses(String wrong) throws IOException {
        Path file = written.file("httpd.conf", RealHttpd.server(directory) + wrong + "\n");
        assertFalse(HttpdConfiguration.read(written.invocation(file)).problems().isEmpty());
        assertEquals(1, RealHttpd.check(file).status());
    }

    @Test
    void knowsModulesAsHttpdDoes() throws IOException {
        List<String> modules = List.of("mpm_event", "macro", "ldap", "proxy", "cgid", "include", "lua", "suexec");
        StringBuilder text = new StringBuilder(RealHttpd.server(directory)).append("<VirtualHost *:80>\n");
        HttpdConfiguration loaded = HttpdConfiguration.read(written.invocation(written.file("load.conf",
            Written.load(modules.toArray(String[]::new)))));
        for (String name : loaded.modules()) {
            text.append("<IfModule ").append(name).append(">\nServerAlias ").append(name).append("\n</IfModule>\n");
        }
        text.append("</VirtualHost>\n");
        Path file = written.file("httpd.conf", text.toString().replaceFirst("<VirtualHost", "LoadModule ldap_module "
            + Written.MODULES + "/mod_ldap.so\n" + Written.load("proxy", "cgid", "include", "lua", "suexec")
            + "<VirtualHost"));
        assertEquals(loaded.modules().stream().sorted().toList(), dumped(file).stream()
            .filter(line -> line.startsWith("ServerAlias")).map(line -> line.substring(12)).sorted().toList());
    }

    @Test
    void givesHttpdMacrosThatItAccepts() throws IOException {
        SecretsFile secrets = new SecretsFile("0123456789abcdef", Path.of("/run/warren/ajp/ajp.sock"));
        String rendered = secrets.render(List.of(new VirtualHostSecret("alice.example", "a1".repeat(32),
            Duration.ofMinutes(6))));
        written.file("state/secrets.conf", rendered);
        Path file = written.file("httpd.conf", RealHttpd.server(directory) + Written.load("proxy", "proxy_ajp", "env",
            "setenvif") + "Define WARREN_STATE " + directory + "/state\nInclude " + Written.SHIPPED + "\n"
            + Written.alice("<Directory /srv/alice/htdocs/perl>\nUse WarrenHandler alice.example\n</Directory>", ""));
        List<String> dumped = dumped(file);
        assertTrue(dumped.contains("ProxySet secret=0123456789abcdef retry=0 ttl=10 timeout=390"), dumped::toString);
        assertEquals(2, dumped.stream().filter(line -> line.startsWith("SetEnv AJP_WARREN_VHOST")).count());
        WarrenConfiguration read = new WarrenConfigurationReader(Written.ACCOUNTS, Written.DEFAULTS, Written.RULES,
            Written.TRUSTING).read(written.invocation(written.file("ours.conf", Files.readString(file)
                .replaceAll("LoadModule info.*\n", "Group www-data\n"))));
        assertEquals(List.of(), read.problems());
        assertEquals(1, read.sites().size());
    }

    @Test
    void acceptsTheMacrosBeforeTheSecretsAreThere() throws IOException {
        assertEquals(List.of(), written.warren(Written.alice("", "")).problems());
    }

    @Test
    void tellsWhichModuleIsMissing() throws IOException {
        Path file = written.file("httpd.conf", RealHttpd.server(directory) + "Include " + Written.SHIPPED + "\n");
        RealHttpd.Answer answer = RealHttpd.check(file);
        assertTrue(answer.status() != 0 && answer.text().contains("a2enmod proxy_ajp"), answer.text());
    }

    /** Debian's package apache2 as it is delivered, with sites of several kinds. */
    @Test
    void readsDebiansStockConfiguration() throws IOException {
        Path etc = debian();
        for (String module : List.of("macro", "proxy", "proxy_ajp", "env", "setenvif", "mpm_event", "authz_core",
                "authz_host", "alias", "dir", "mime", "autoindex", "status", "negotiation", "reqtimeout", "filter",
                "deflate", "access_compat", "cgid", "auth_basic", "authn_core", "authn_file", "authz_user")) {
            for (String kind : List.of(".load", ".conf")) {
                Path available = etc.resolve("mods-available/" + module + kind);
                if (Files.exists(available)) {
                    Path enabled = Files.createDirectories(etc.resolve("mods-enabled")).resolve(module + kind);
                    Files.createSymbolicLink(enabled, available);
                }
            }
        }
        for (String conf : List.of("charset", "security", "other-vhosts-access-log", "serve-cgi-bin")) {
            Files.createSymbolicLink(Files.createDirectories(etc.resolve("conf-enabled")).resolve(conf + ".conf"),
                etc.resolve("conf-available/" + conf + ".conf"));
        }
        Path sites = Files.createDirectories(etc.resolve("sites-enabled"));
        Files.createSymbolicLink(sites.resolve("000-default.conf"), etc.resolve("sites-available/000-default.conf"));
        Files.writeString(etc.resolve("conf-enabled/warren.conf"), "Include " + Written.SHIPPED + "\n");
        Files.writeString(sites.resolve("alice.conf"), Written.alice(
            "<Directory /srv/alice/htdocs>\nRequire all granted\n</Directory>\nAlias /icons2 /usr/share/icons", ""));
        Files.writeString(sites.resolve("plain.conf"), "<VirtualHost *:80>\nServerName plain.example\n"
            + "DocumentRoot /var/www/plain\nScriptAlias /cgi-bin/ /usr/lib/cgi-bin/\n</VirtualHost>\n");
        WarrenConfiguration read = new WarrenConfigurationReader(Written.ACCOUNTS, Written.DEFAULTS, Written.RULES,
            Written.TRUSTING).read(new HttpdInvocation(etc.resolve("apache2.conf"), etc, Set.of(), Map.of(),
                new HttpdVersion(2, 4, 71)));
        assertEquals(List.of(), read.problems());
        assertEquals("alice.example", read.sites().get(0).name());
        assertEquals(33, read.server().orElseThrow().httpdGid());
    }

    private Path debian() throws IOException {
        Path unpacked = Files.createDirectory(directory.resolve("debian"));
        // apt-get drops to _apt for the download, and says so where it may not write here
        RealHttpd.Answer fetched = RealHttpd.run(unpacked, Map.of(), List.of("sh", "-c",
            "apt-get -q -o APT::Sandbox::User=root download apache2 && dpkg -x apache2_*.deb . && rm apache2_*.deb"));
        assertEquals(0, fetched.status(), () -> "the package apache2 cannot be fetched: " + fetched.text());
        return unpacked.resolve("etc/apache2");
    }
}
