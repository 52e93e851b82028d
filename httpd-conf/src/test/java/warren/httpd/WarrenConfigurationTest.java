package warren.httpd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static warren.httpd.Written.alice;
import static warren.httpd.Written.host;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is Warren's in the configuration, and what is wrong in it. */
class WarrenConfigurationTest {
    private static final String COUNTER = """
        <IfModule mod_warren.c>
        <WarrenServiceHost counter>
        WarrenUserGroup counter counter
        WarrenApplication / /srv/counter/counter.psgi
        </WarrenServiceHost>
        </IfModule>
        """;
    @TempDir
    Path directory;
    private Written written;

    @BeforeEach
    void prepare() {
        written = new Written(directory);
    }

    private Site only(String text) throws IOException {
        WarrenConfiguration read = written.warren(text);
        assertEquals(List.of(), read.problems());
        assertEquals(1, read.sites().size());
        return read.sites().get(0);
    }

    /** The first problem of alice, who alone has any, while bob serves. */
    private String quarantine(String aliceText) throws IOException {
        WarrenConfiguration read = written.warren(host("bob.example", "bob", "", "") + aliceText);
        assertTrue(read.server().isPresent(), () -> read.problems().toString());
        assertEquals(List.of("bob.example"), read.sites().stream().map(Site::name).toList());
        assertEquals(List.of("alice.example"), read.quarantined().stream().map(QuarantinedSite::name).toList());
        assertTrue(read.problems().stream().allMatch(Problem::quarantines), () -> read.problems().toString());
        return read.problems().get(0).toString();
    }

    private String stop(String text) throws IOException {
        WarrenConfiguration read = written.warren(text);
        assertTrue(read.server().isEmpty() && read.sites().isEmpty());
        return read.problems().stream().filter(Problem::stopsEverything).findFirst().orElseThrow().toString();
    }

    @Test
    void readsAVirtualHost() throws IOException {
        Site site = only("<IfModule mod_warren.c>\nPerlModule First\nWarrenPlugin quotas\nWarrenQueueLength 7\n"
            + "</IfModule>\n" + alice("<Directory /srv/alice/htdocs/perl>\nUse WarrenHandler alice.example\n"
            + "</Directory>\n<IfModule mod_perl.c>\nPerlModule Second\n</IfModule>", """
            WarrenUserGroup alice alice bob #2003
            PerlInterpMax 8
            WarrenPlugin jails
            WarrenRequestTimeout 500ms
            warrenmemorymax 256M
            """).replaceFirst("WarrenUserGroup alice alice\n", ""));
        assertEquals(new Owner(2001, 2001, List.of(2002L, 2003L)), site.owner());
        assertEquals("/home/alice", site.home());
        assertEquals("/srv/alice/htdocs", site.documentRoot());
        assertEquals(List.of("/app"), site.forwardedPaths());
        assertEquals(Map.of("/app", "/srv/alice/app.psgi"), site.applications());
        assertTrue(site.handlesFiles());
        assertEquals(List.of("quotas", "jails"), site.plugins());
        assertEquals("perl", site.language());
        assertEquals(8, site.pool().max());
        assertEquals(7, site.pool().queueLength());
        assertEquals(Duration.ofMillis(500), site.pool().times().request());
        assertEquals(List.of("PerlModule First", "PerlModule Second", "WarrenMemoryMax 256M"),
            site.directives().stream().map(d -> d.name() + " " + d.arguments().get(0)).toList());
    }

    @Test
    void keepsTheDefaultsOfThePool() throws IOException {
        assertEquals(Written.DEFAULTS, only(alice("", "")).pool());
    }

    @Test
    void letsADefaultGiveWayToASetting() throws IOException {
        assertEquals(1, only(alice("", "PerlInterpMax 1")).pool().maxSpare());
        assertEquals(3, only(alice("", "PerlInterpMinSpare 3")).pool().maxSpare());
    }

    @Test
    void readsDirectoriesOfApplicationsAndTheHealthCheck() throws IOException {
        Site site = only(alice("Use WarrenLocation alice.example /apps", "WarrenAppDirectory /srv/alice/apps /apps\nWarrenHealthCheck /apps/health?deep=1"));
        assertEquals(Map.of("/apps", "/srv/alice/apps"), site.appDirectories());
        assertEquals(Optional.of(new HealthCheckValues("/apps/health?deep=1", 200)), site.healthCheck());
        site = only(alice("Use WarrenLocation alice.example /", "WarrenAppDirectory /srv/alice/apps\nWarrenHealthCheck /x 302"));
        assertEquals(Map.of("", "/srv/alice/apps"), site.appDirectories());
        assertEquals(Optional.of(new HealthCheckValues("/x", 302)), site.healthCheck());
        // what answers under the names in it may be below it
        only(alice("Use WarrenLocation alice.example /apps\nUse WarrenLocation alice.example /apps/shop", "WarrenAppDirectory /srv/alice/apps /apps"));
        assertEquals(Optional.empty(), only(alice("", "")).healthCheck());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        WarrenAppDirectory /srv/alice/htdocs/apps /app/more | a directory outside of the document root, where httpd would show the code
        WarrenAppDirectory apps /app/more                   | the absolute path of a directory
        WarrenAppDirectory / /app/more                      | the absolute path of a directory
        WarrenAppDirectory /srv/alice/apps /elsewhere       | Use WarrenLocation with this path or one above it
        WarrenAppDirectory /srv/alice/apps /app             | another path
        WarrenHealthCheck health                            | a URL path such as /health, and a status from 100 to 599
        WarrenHealthCheck /health 99                        | a URL path such as /health, and a status from 100 to 599
        WarrenHealthCheck /health 600                       | a URL path such as /health, and a status from 100 to 599
        WarrenHealthCheck /elsewhere                        | a path of a WarrenApplication, of a WarrenAppDirectory or, with WarrenHandler, of a file
        WarrenHealthCheck /health#part 200                  | a URL path such as /health, and a status from 100 to 599
        """)
    void quarantinesWhatCannotBeADirectoryOfApplicationsOrAHealthCheck(String directive, String expected) throws IOException {
        String problem = quarantine(alice("", directive));
        assertTrue(problem.contains(expected), problem);
    }

    @Test
    void readsWhenALogIsRotated() throws IOException {
        String server = "<IfModule mod_warren.c>\nWarrenLogRotate 20M 7\n</IfModule>\n";
        assertEquals(Optional.empty(), only(alice("", "")).log());
        assertEquals(Optional.of(new LogValues(20 << 20, 7)), only(server + alice("", "")).log());
        assertEquals(Optional.of(new LogValues(1 << 20, 1)), only(server + alice("", "WarrenLogRotate 1024K 1")).log());
        assertEquals(Optional.of(new LogValues(Long.MAX_VALUE, 0)), only(server + alice("", "WarrenLogRotate Off")).log());
    }

    @ParameterizedTest
    @ValueSource(strings = {"10M", "1023K 5", "10M 0", "10M 101", "off 5", "5 10M", "10MB 5"})
    void quarantinesALogRotationThatIsNone(String arguments) throws IOException {
        String problem = quarantine(alice("", "WarrenLogRotate " + arguments));
        assertTrue(problem.contains("expected \"off\", or a size from 1M on"), problem);
    }

    @Test
    void readsTheServersSettings() throws IOException {
        ServerSettings server = written.warren("<IfModule mod_warren.c>\nWarrenUser #901\nWarrenMinimumUid 500\n"
            + "WarrenLogDirectory /var/log/w\n</IfModule>\n").server().orElseThrow();
        assertEquals(901, server.connectorUid());
        assertEquals(901, server.connectorGid());
        assertEquals(33, server.httpdGid());
        assertEquals(500, server.minimumUid());
        assertEquals(1000, server.minimumGid());
        assertEquals(Path.of("/run/warren"), server.runtimeDirectory());
        assertEquals(Path.of("/var/log/w"), server.logDirectory());
        assertEquals(directory.resolve("state/secrets.conf"), server.secretsFile());
    }

    @Test
    void offersAServiceOfTheProvider() throws IOException {
        WarrenConfiguration read = written.warren(COUNTER + alice("Use WarrenLocation alice.example /counter",
            "WarrenService counter /counter"));
        assertEquals(List.of(), read.problems());
        Site alice = read.sites().stream().filter(s -> s.name().equals("alice.example")).findFirst().orElseThrow();
        Site counter = read.sites().stream().filter(s -> s.name().equals("counter")).findFirst().orElseThrow();
        assertEquals(Map.of("/counter", "counter"), alice.services());
        assertEquals(Site.Kind.SERVICE_HOST, counter.kind());
        assertEquals(Map.of("", "/srv/counter/counter.psgi"), counter.applications());
        assertEquals("/srv/counter", counter.documentRoot());
    }

    @Test
    void quarantinesAHealthCheckOfAService() throws IOException {
        WarrenConfiguration read = written.warren(COUNTER + alice("Use WarrenLocation alice.example /counter",
            "WarrenService counter /counter\nWarrenHealthCheck /counter/health"));
        assertTrue(read.problems().toString().contains("which it does not answer itself"), () -> "" + read.problems());
    }

    @Test
    void takesTheOwnerFromSuexecWhereItStands() throws IOException {
        String text = alice("SuexecUserGroup alice alice", "").replace("WarrenUserGroup alice alice\n", "");
        assertEquals(2001, only(text).owner().uid());
    }

    @Test
    void quarantinesOwnersThatDisagree() throws IOException {
        assertTrue(quarantine(alice("SuexecUserGroup alice bob", "")).contains("the same owner as"));
        assertTrue(quarantine(alice("AssignUserID bob alice", "")).contains("the same owner as"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "#0", "00", "#00", "root", "toor", "0x0", "#0x0", "1e3", "-1", "#-1", "4294967295",
        "#4294967295", "#4294967296", "#65534", "#65535", "#65536", "#999", "daemon", "nobody-knows", "#", "\"\"",
        "#99999999999999999999", "#1000.0", "\"#2001 \"", "+0"})
    void quarantinesAnOwnerThatMayNotBe(String id) throws IOException {
        String ours = "WarrenUserGroup alice alice";
        assertTrue(quarantine(alice("", "").replace(ours, "WarrenUserGroup " + id + " alice")).contains("expected"));
        assertTrue(quarantine(alice("", "").replace(ours, "WarrenUserGroup alice " + id)).contains("expected"));
        assertTrue(quarantine(alice("", "").replace(ours, ours + " " + id)).contains("expected"));
    }

    @Test
    void quarantinesTheConnectorsUserAsOwner() throws IOException {
        String text = "<IfModule mod_warren.c>\nWarrenUser bob\n</IfModule>\n" + host("b.example", "bob", "", "");
        assertEquals(List.of("b.example"), written.warren(text).quarantined().stream().map(QuarantinedSite::name)
            .toList());
    }

    @Test
    void quarantinesAVirtualHostWithoutOwner() throws IOException {
        assertTrue(quarantine(alice("", "").replace("WarrenUserGroup alice alice\n", "")).contains("no owner"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "PerlInterpMaxx 3 | unknown directive PerlInterpMaxx, expected PerlInterpMax?",
        "WarrenBogusThing 3 | unknown directive WarrenBogusThing, expected a directive of Warren",
        "DocumentRoot /x | in Warren's block DocumentRoot",
        "WarrenUser bob | WarrenUser here, expected it in the server",
        "WarrenForwardFiles other.example | other.example in virtual host alice.example",
        "PerlInterpMax | PerlInterpMax , expected a number from 1",
        "PerlInterpMax 1 2 | PerlInterpMax 1 2, expected a number",
        "PerlInterpMax 0 | expected a number from 1 to 10000",
        "PerlInterpMax -1 | expected a number from 1 to 10000",
        "PerlInterpStart 9 | at most 4, which is PerlInterpMax",
        "WarrenQueueTimeout 0 | expected a time",
        "WarrenQueueTimeout 25h | expected a time",
        "WarrenQueueTimeout 5x | expected a time",
        "WarrenWriteTimeout 0 | expected a time",
        "WarrenInFlightMax 0 | expected a number from 1 to 100000",
        "WarrenSpoolMax 1e3M | expected a number of bytes such as",
        "WarrenSpoolMax 256Q | expected a number of bytes such as",
        "WarrenSpoolMax 2000000G | expected a number of bytes such as",
        "WarrenRequestBodyMax -1 | expected a number of bytes such as",
        "WarrenApplication app /srv/x | expected a URL path",
        "WarrenApplication /app/x srv/x | expected a URL path and the absolute path",
        "WarrenApplication /app/../x /srv/x | expected a URL path",
        "WarrenApplication /app/x /srv/../x | the absolute path of a file",
        "WarrenApplication /elsewhere /srv/x | which httpd does not forward",
        "WarrenApplication /apple /srv/x | which httpd does not forward",
        "WarrenApplication /app /srv/other.psgi | answers already",
        "WarrenService nothing /app/s | a <WarrenServiceHost nothing>",
        "WarrenLanguage PERL | a language such as perl",
        "WarrenPlugin ../x | names of plugins",
        "PerlSetEnv A | PerlSetEnv with 1 arguments, expected a name and a value",
        "WarrenMemoryMax lots | size lots, expected a size",
        "WarrenRequestBurst 5 | WarrenRequestBurst 5, expected a WarrenRequestRate beside it",
        "WarrenRequestRate 0 | requests a second, 1 to 500000, or none",
        "WarrenResponseMax 0 | a size with its unit such as 64M, at least 1M, or none",
        "WarrenInterpMaxPrivate 256 | a size with its unit such as 64M, at least 1M, or none",
        "WarrenInterpMaxPrivate 64K | a size with its unit such as 64M, at least 1M, or none",
        "WarrenInterpMaxAge 0 | a time such as 30",
        "WarrenVirtualHost other.example | a second name"})
    void quarantinesWhatIsWrongInAVirtualHost(String line, String told) throws IOException {
        quarantines(line, told);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "WarrenMemoryMax 1M; PerlModule My::Glutton | PerlModule My::Glutton, expected a module that does with little memory",
        "WarrenRequestRate 50; WarrenRequestBurst 5 | WarrenRequestBurst 5, expected at least 50, which is WarrenRequestRate",
        "WarrenRequestRate none; WarrenRequestBurst 5 | WarrenRequestBurst 5, expected a WarrenRequestRate beside it"})
    void quarantinesWhatDoesNotGoTogether(String lines, String told) throws IOException {
        quarantines(lines.replace("; ", "\n"), told);
    }

    @Test
    void quarantinesWhoSaysOtherwiseThanTheOwnersFirstWithWhichItSharesALimit() throws IOException {
        String shared = "PerlModule My::Shared\nWarrenMemoryMax ";
        String other = alice("", shared + "2M").replace("alice.example", "other.example");
        WarrenConfiguration read = written.warren(alice("", shared + "1M") + other);
        assertEquals(List.of("alice.example"), read.sites().stream().map(Site::name).toList());
        String problem = read.problems().get(0).toString();
        assertTrue(problem.matches("(?s)/.*/httpd\\.conf:[0-9]+: WarrenMemoryMax 2M, expected 1M as in alice\\.example at"
            + " /\\S+:[0-9]+, with which it shares this limit"), problem);
    }

    private void quarantines(String line, String told) throws IOException {
        String problem = quarantine(alice("", line));
        assertTrue(problem.contains(told), problem);
        assertTrue(problem.matches("/.*/httpd\\.conf:[0-9]+: .+, expected .+"), problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "Use WarrenLocation alice.example /empty | nothing that answers",
        "Use WarrenLocation bob.example /app | the virtual host's own name",
        "Use WarrenLocation alice.example /x/ | without a slash at the end",
        "Use WarrenLocation alice.example /a%2e | without %"})
    void quarantinesWrongUsesOfMacros(String line, String told) throws IOException {
        String problem = quarantine(alice(line, ""));
        assertTrue(problem.contains(told), problem);
    }

    @Test
    void quarantinesALocationBeforeItsWorker() throws IOException {
        String text = alice("", "").replace("Use WarrenVirtualHost alice.example\n", "")
            .replace("</VirtualHost>", "Use WarrenVirtualHost alice.example\n</VirtualHost>");
        assertTrue(quarantine(text).contains("WarrenLocation before WarrenVirtualHost"));
    }

    @Test
    void acceptsAVirtualHostOnTwoPortsThatSaysTheSame() throws IOException {
        assertEquals("alice.example", only(alice("", "") + alice("", "").replace("*:80", "*:443")).name());
    }

    @Test
    void quarantinesANameThatTwoVirtualHostsHave() throws IOException {
        assertTrue(quarantine(alice("", "") + alice("", "PerlInterpMax 9")).contains("another alice.example"));
    }

    @Test
    void tellsOfDirectivesInAVirtualHostWithoutAName() throws IOException {
        WarrenConfiguration read = written.warren("<VirtualHost *>\nServerName s\n<IfModule mod_warren.c>\n"
            + "WarrenUserGroup bob bob\n</IfModule>\n</VirtualHost>\n" + alice("", ""));
        assertEquals("s", read.problems().get(0).virtualHost().orElseThrow());
        assertEquals(1, read.sites().size());
    }

    @Test
    void leavesVirtualHostsOfOthersAlone() throws IOException {
        assertEquals(List.of(), written.warren("<VirtualHost *>\n<IfModule mod_perl.c>\nPerlResponseHandler A\n"
            + "</IfModule>\n</VirtualHost>\n").problems());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "WarrenVirtualHost a | WarrenVirtualHost here",
        "WarrenUser root | other than root",
        "WarrenUser #0 | other than root",
        "WarrenUser nobody-knows | that exists",
        "WarrenMinimumUid 0 | a number from 1",
        "WarrenRuntimeDirectory run | an absolute path",
        "WarrenBogus 1 | unknown directive"})
    void stopsAtWhatIsWrongInTheServer(String line, String told) throws IOException {
        String problem = stop("<IfModule mod_warren.c>\n" + line + "\n</IfModule>\n" + alice("", ""));
        assertTrue(problem.contains(told), problem);
    }

    @Test
    void stopsAtWarrensDirectivesThatHttpdWouldRead() throws IOException {
        assertTrue(stop("WarrenUser bob\n").contains("outside <IfModule mod_warren.c>"));
    }

    @Test
    void printsNoControlCharacters() throws IOException {
        String problem = quarantine(alice("", "WarrenLanguage \"a\033[2Jb\""));
        assertFalse(problem.contains("\033"), problem);
        assertTrue(problem.contains("\\x1b[2J"), problem);
    }
}
