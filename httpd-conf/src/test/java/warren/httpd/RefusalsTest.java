package warren.httpd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static warren.httpd.Written.alice;
import static warren.httpd.Written.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Warren refuses to run beside: each row of Refusals. */
class RefusalsTest {
    @TempDir
    Path directory;
    private Written written;

    @BeforeEach
    void prepare() {
        written = new Written(directory);
    }

    private void passes(String text) throws IOException {
        assertEquals(List.of(), written.warren(text).problems());
    }

    private void stops(String text, String told) throws IOException {
        WarrenConfiguration read = written.warren(text);
        assertTrue(read.server().isEmpty(), "it does not stop");
        assertTrue(read.problems().stream().anyMatch(p -> p.stopsEverything() && p.toString().contains(told)),
            () -> read.problems().toString());
    }

    private void quarantines(String text, String told) throws IOException {
        WarrenConfiguration read = written.warren(text);
        assertTrue(read.server().isPresent(), () -> read.problems().toString());
        assertEquals(1, read.quarantined().size(), () -> read.problems().toString());
        assertTrue(read.quarantined().get(0).problems().get(0).toString().contains(told),
            () -> read.problems().toString());
    }

    private void warns(String text, String told) throws IOException {
        WarrenConfiguration read = written.warren(text);
        assertEquals(1, read.sites().size(), () -> read.problems().toString());
        assertTrue(read.problems().get(0).toString().contains("warning: " + told), () -> read.problems().toString());
    }

    private static String directory(String path, String rules) {
        return "<Directory " + path + ">\n" + rules + "\n</Directory>\n";
    }

    @ParameterizedTest
    @ValueSource(strings = {"info", "php", "php7", "perl", "lua"})
    void stopsAtModulesThatShowSecretsOrRunOwnersCode(String module) throws IOException {
        stops("LoadModule " + module + "_module m/mod.so\n" + alice("", ""), "secrets");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "ProxyPass /x ajp://localhost:8009/ secret=s",
        "ProxyPass /x unix:/run/warren/ajp/ajp.sock|ajp://x/ secret=s",
        "<Proxy unix:/run/warren/ajp/ajp.sock|ajp://x>\nProxySet retry=0 secret=s\n</Proxy>",
        "<Proxy balancer://x>\nBalancerMember ajp://localhost secret=s\n</Proxy>",
        "<Location /x>\nProxyPass ajp://localhost:8009/ SECRET=s\n</Location>",
        "Use WarrenWorker-alice.example"})
    void stopsAtASecretOnAWorkerOfTheServer(String worker) throws IOException {
        stops(worker + "\n" + alice("", ""), "an AJP secret on a worker of the server");
    }

    @Test
    void allowsAWorkerOfTheServerWithoutASecret() throws IOException {
        passes("ProxyPass /x ajp://localhost:8009/\n" + alice("", ""));
    }

    @Test
    void stopsAtATokenInTheServer() throws IOException {
        stops("Use WarrenToken-alice.example\n" + alice("", ""), "a token outside <VirtualHost>");
        stops("<Location /app>\nSetEnv AJP_WARREN_VHOST \"a b\"\n</Location>\n" + alice("", ""),
            "a token outside <VirtualHost>");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "SetEnv AJP_WARREN_VHOST \"alice.example 0\"",
        "SetEnvIf Host . AJP_WARREN_VHOST=x",
        "RewriteRule . - [E=AJP_WARREN_VHOST:x]",
        "Use WarrenToken-alice.example",
        "<Location /other>\nUse WarrenToken-alice.example\n</Location>",
        "<Directory /srv/alice/htdocs/x>\nUse WarrenToken-alice.example\n</Directory>"})
    void quarantinesATokenOutsideTheForwardingSection(String token) throws IOException {
        quarantines(alice(token, ""), "the token where SSI and other backends see it");
    }

    @Test
    void allowsTheTokenWhereItForwards() throws IOException {
        passes(alice("<Location /app>\nSetEnv AJP_WARREN_VHOST \"alice.example 0\"\n</Location>\n"
            + "<FilesMatch \"\\.pl$\">\nUse WarrenHandler alice.example\n</FilesMatch>", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Options Includes", "Options All", "Options +Includes", "AllowOverride All",
        "AllowOverride Options", "AllowOverride Options=Indexes,Includes", "AllowOverrideList Options"})
    void stopsAtSsiWhereTheOwnerCanWrite(String rule) throws IOException {
        String module = load("include");
        stops(module + directory("/srv/alice/htdocs/pages", rule) + alice("", ""), "SSI with exec");
        stops(module + alice(directory("/srv/alice/htdocs", rule), ""), "SSI with exec");
        stops(module + directory("/srv/*/htdocs", rule) + alice("", ""), "SSI with exec");
        stops(module + directory("~ ^/srv/[^/]+", rule) + alice("", ""), "SSI with exec");
        stops(module + directory("/home/alice/public_html", rule) + alice("", ""), "SSI with exec");
        passes(directory("/srv/alice/htdocs/pages", rule.replace("AllowOverride All", "Options Indexes"))
            + alice("", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Options IncludesNOEXEC", "Options None", "AllowOverride FileInfo Indexes",
        "AllowOverride Options=Indexes"})
    void allowsWhatLeavesExecOff(String rule) throws IOException {
        passes(load("include") + directory("/srv/alice/htdocs", rule) + alice("", ""));
    }

    @Test
    void letsTheDeeperDirectoryHaveTheLastWord() throws IOException {
        passes(load("include") + directory("/srv", "Options All\nAllowOverride All")
            + alice(directory("/srv/alice/htdocs", "Options None\nAllowOverride None"), "")
            + directory("/usr/share", "Options All"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"<Files x.shtml>\nOptions +Includes\n</Files>",
        "<Location /y>\nOptions +Includes\n</Location>", "Options +Includes",
        "<Directory /srv/alice>\n<FilesMatch x>\nOptions Includes\n</FilesMatch>\n</Directory>"})
    void seesOptionsOfEverySection(String rules) throws IOException {
        stops(load("include") + alice(rules, ""), "SSI with exec");
    }

    @Test
    void stopsAtCgiWithoutSuexec() throws IOException {
        String cgi = load("cgid");
        String rule = directory("/srv/alice/htdocs", "Options ExecCGI");
        stops(cgi + alice(rule, ""), "CGI without suEXEC");
        stops(cgi + alice("ScriptAlias /cgi /srv/alice/htdocs/cgi-bin", ""), "runs CGI");
        stops(cgi + "ScriptAlias /cgi /home/alice/cgi-bin/\n" + alice("", ""), "runs CGI");
        stops(cgi + load("suexec") + alice(rule, ""), "CGI without suEXEC");
        stops(cgi + alice(directory("/srv/alice/htdocs", "AllowOverride All"), ""), "for .htaccess to switch on");
        passes(cgi + load("suexec") + alice("SuexecUserGroup alice alice\n" + rule, ""));
        passes(rule + alice("", ""));
        passes(cgi + "ScriptAlias /cgi-bin/ /usr/lib/cgi-bin/\n" + directory("/usr/lib/cgi-bin", "Options +ExecCGI")
            + alice("", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Require all denied", "Require valid-user", "AuthType Basic", "Deny from all",
        "Allow from 10.0.0.0/8", "SSLRequireSSL", "SSLRequire %{HTTPS}", "SSLVerifyClient require",
        "<RequireAll>\nRequire ip 10\n</RequireAll>", "<Limit POST>\nRequire user a\n</Limit>",
        "AllowOverride AuthConfig", "AllowOverride All", "AllowOverrideList Require"})
    void quarantinesAGuardThatALocationTakesAway(String rule) throws IOException {
        quarantines(alice(directory("/srv/alice/htdocs/app", rule), ""), "WarrenLocation /app");
        quarantines(directory("/srv/alice/htdocs/app/admin", rule) + alice("", ""), "WarrenLocation /app");
        quarantines(directory("/srv/*/htdocs/app", rule) + alice("", ""), "WarrenLocation /app");
    }

    @Test
    void quarantinesAGuardOfTheWholeDocumentRoot() throws IOException {
        quarantines(alice(directory("/srv/alice/htdocs", "Require valid-user"), ""), "takes past it");
    }

    @Test
    void quarantinesAGuardOfFilesWhereAllIsForwarded() throws IOException {
        quarantines(alice("Use WarrenLocation alice.example /\n<Files x>\nRequire all denied\n</Files>",
            "WarrenApplication / /srv/alice/root.psgi"), "WarrenLocation /");
    }

    @Test
    void allowsGuardsThatHold() throws IOException {
        passes(directory("/", "Require all denied") + directory("/srv", "Require all denied")
            + alice(directory("/srv/alice/htdocs/", "Require all granted")
            + directory("/srv/alice/htdocs/other", "Require all denied")
            + directory("/srv/alice/htdocs/apple", "Require all denied")
            + "<Location /app/admin>\nRequire valid-user\n</Location>", ""));
    }

    @Test
    void warnsOfOverridesFromAbove() throws IOException {
        warns(alice(directory("/srv/alice/htdocs", "AllowOverride AuthConfig"), ""), "AllowOverride AuthConfig");
    }

    @Test
    void warnsOfMpmItk() throws IOException {
        warns("LoadModule mpm_itk_module m/mpm_itk.so\n" + alice("AssignUserID alice alice", ""),
            "AssignUserID alice alice with MPM-itk");
    }

    @Test
    void stopsAtFilesThatOthersCanChange() throws IOException {
        FileGuard guard = new FileGuard() {
            @Override
            public Optional<String> changeable(Path path) {
                return path.endsWith("sites") ? Optional.of(path + " is of UID 5, mode 0755") : Optional.empty();
            }

            @Override
            public Optional<String> readable(Path file) {
                return file.endsWith("state/secrets.conf") ? Optional.of(file + " is readable") : Optional.empty();
            }
        };
        Files.createDirectory(directory.resolve("sites"));
        List<String> told = written.warren("IncludeOptional sites/*.conf\n", guard).problems().stream()
            .filter(Problem::stopsEverything).map(Problem::toString).toList();
        assertEquals(2, told.size(), told::toString);
        assertTrue(told.get(0).contains("sites is of UID 5") && told.get(1).contains("secrets.conf is readable"));
    }

    /** /tmp has the sticky bit, which does not make it root's alone. */
    @Test
    void distrustsWhatLiesInTmp() throws IOException {
        assertTrue(FileGuard.rootOnly(new KnownFiles()).changeable(written.file("x.conf", "")).orElse("")
            .contains("/tmp is of UID 0, mode 1777"));
    }

    @Test
    void trustsTheSystemsOwnFiles() {
        assertEquals(Optional.empty(), FileGuard.rootOnly(new KnownFiles()).changeable(Path.of("/etc/passwd")));
        assertEquals(Optional.empty(), FileGuard.rootOnly(new KnownFiles()).changeable(Path.of("/etc/does-not-exist")));
    }

    @ParameterizedTest
    @CsvSource({"rw-------,false", "rw-r-----,true", "rw----r--,true"})
    void seesWhoCanRead(String mode, boolean others) throws IOException {
        Path file = written.file("secrets.conf", "");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        assertEquals(others, FileGuard.rootOnly(new KnownFiles()).readable(file).isPresent());
    }

    /** In a directory of root's below /var/lib, for everything in /tmp is distrusted already. */
    @Test
    void followsLinksToWhatOthersCanChange() throws IOException {
        Path trusted = Files.createTempDirectory(Path.of("/var/lib"), "warren-test");
        try {
            Path good = Files.writeString(trusted.resolve("good.conf"), "");
            Path link = Files.createSymbolicLink(trusted.resolve("link.conf"), written.file("far.conf", ""));
            Path loop = Files.createSymbolicLink(trusted.resolve("loop"), trusted.resolve("loop"));
            assertEquals(Optional.empty(), FileGuard.rootOnly(new KnownFiles()).changeable(good));
            assertTrue(FileGuard.rootOnly(new KnownFiles()).changeable(link).orElse("").contains("/tmp is of UID 0"));
            assertTrue(FileGuard.rootOnly(new KnownFiles()).changeable(loop).orElse("").contains("loop"));
            Files.setPosixFilePermissions(good, PosixFilePermissions.fromString("rw-rw-r--"));
            assertTrue(FileGuard.rootOnly(new KnownFiles()).changeable(good).orElse("").contains("mode 0664"));
        } finally {
            for (String name : List.of("good.conf", "link.conf", "loop")) {
                Files.deleteIfExists(trusted.resolve(name));
            }
            Files.delete(trusted);
        }
    }
}
