package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two owners' code, seen from inside their interpreters and from the outside. */
final class OwnersTest {
    private static Machine machine;

    @BeforeAll
    static void start() throws Exception {
        machine = new Machine();
        machine.addOwner("alice", Machine.ALICE, "PerlInterpMax 3", "PerlSetEnv COLOR green");
        machine.addOwner("bob", Machine.BOB);
        machine.write("alice", Machine.ALICE, "htdocs/perl/inspect.pl", """
            print "Content-Type: text/plain\\n\\n";
            open my $status, '<', '/proc/self/status' or die; print while <$status>;
            opendir my $fds, '/proc/self/fd' or die;
            my $own = fileno $status; my @fds = sort { $a <=> $b } grep {/\\d/} readdir $fds;
            print "fd $_ ", (readlink("/proc/self/fd/$_") // 'gone'), "\\n" for @fds;
            print map {"environment $_\\n"} grep {!/^(?:HTTP|SERVER|REQUEST|REMOTE|SCRIPT|PATH|QUERY|GATEWAY)_|^DOCUMENT_ROOT$/}
                sort keys %ENV;
            printf "umask %o\\n", umask; print "session ", `ps -o sid= -p $$`;
            """, "644");
        machine.write("bob", Machine.BOB, "secret.txt", "bob's own", "600");
        machine.write("alice", Machine.ALICE, "htdocs/perl/peek.pl", """
            print "Content-Type: text/plain\\n\\n";
            print open(my $in, '<', '%s') ? "read: " . <$in> : "refused: $!";
            """.formatted(machine.site("bob").resolve("secret.txt")), "644");
        machine.write("alice", Machine.ALICE, "htdocs/perl/broken.pl", "print 'no end\n", "644");
        machine.write("alice", Machine.ALICE, "htdocs/perl/escape.pl",
            "print STDERR \"one\\e[31m\\x00two\\n\"; print \"Content-Type: text/plain\\n\\nok\";", "644");
        machine.start();
    }

    @AfterAll
    static void stop() throws Exception {
        machine.close();
    }

    private static Reply get(String owner, String path) throws Exception {
        return machine.http().get(owner + ".localhost", path);
    }

    @Test
    void eachOwnersCodeRunsUnderHisUidAndGidAndInNoOtherGroup() throws Exception {
        assertTrue(get("alice", "/perl/who.pl").body().startsWith("uid=60101 gid=60101 groups=60101 pid=")
            || get("alice", "/perl/who.pl").body().startsWith("uid=60101 gid=60101 groups= pid="),
            get("alice", "/perl/who.pl").body());
        assertTrue(get("bob", "/app/").body().startsWith("app of uid=60102 "), get("bob", "/app/").body());
    }

    @Test
    void theSameInterpreterAnswersAgain() throws Exception {
        assertEquals(get("bob", "/perl/who.pl").body(), get("bob", "/perl/who.pl").body());
    }

    @Test
    void staticPagesStayWithHttpd() throws Exception {
        assertEquals("static page of alice\n", get("alice", "/").body());
    }

    @Test
    void anotherOwnersFileIsRefused() throws Exception {
        assertEquals("refused: No such file or directory", get("alice", "/perl/peek.pl").body());
    }

    @Test
    void nothingOfRootIsLeftInAnInterpreter() throws Exception {
        List<String> lines = get("alice", "/perl/inspect.pl").body().lines().toList();
        assertEquals(List.of("60101 60101 60101 60101"), status(lines, "Uid:"));
        assertEquals(List.of("60101 60101 60101 60101"), status(lines, "Gid:"));
        assertTrue(List.of("", "60101").containsAll(status(lines, "Groups:")), lines.toString());
        for (String set : List.of("CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:")) {
            assertEquals(List.of("0000000000000000"), status(lines, set));
        }
        assertEquals(List.of("1"), status(lines, "NoNewPrivs:"));
        assertEquals(List.of("0000000000000000"), status(lines, "SigBlk:"));
        assertTrue(lines.contains("umask 22"), lines.toString());
    }

    private static List<String> status(List<String> lines, String name) {
        return lines.stream().filter(line -> line.startsWith(name))
            .map(line -> line.substring(name.length()).strip().replaceAll("\\s+", " ")).toList();
    }

    @Test
    void onlyThePlannedDescriptorsAreOpen() throws Exception {
        List<String> lines = get("alice", "/perl/inspect.pl").body().lines().toList();
        List<String> found = lines.stream().filter(line -> line.startsWith("fd ")).toList();
        assertEquals("fd 0 /dev/null", found.get(0));
        assertTrue(found.get(1).endsWith(".1.log") && found.get(1).contains("/run/generations/"), found.toString());
        assertTrue(found.get(2).endsWith(".1.log"), found.toString());
        assertTrue(found.get(3).startsWith("fd 3 socket:"), found.toString());
        // the two that the script itself opened, and its own source at most
        assertTrue(found.stream().skip(4).allMatch(line -> line.contains("/proc/") || line.endsWith("gone")
            || line.contains("/htdocs/perl/")), found.toString());
    }

    @Test
    void theEnvironmentIsWhatThePlanSays() throws Exception {
        TreeSet<String> found = new TreeSet<>();
        get("alice", "/perl/inspect.pl").body().lines().filter(line -> line.startsWith("environment "))
            .forEach(line -> found.add(line.substring("environment ".length())));
        assertEquals(new TreeSet<>(List.of("PATH", "HOME", "LANG", "COLOR", "WARREN_REQUEST_ID",
            "WARREN_VHOST_NAME")), found);
    }

    @Test
    void aKilledInterpreterGoesUnnoticed() throws Exception {
        for (int i = 0; i < 20; i++) {
            String pid = get("alice", "/perl/who.pl").body().replaceAll(".*pid=", "").strip();
            Command.run("kill", "-9", Processes.onHost(Machine.ALICE, pid).orElseThrow()).orFail();
            Reply after = get("alice", "/perl/who.pl");
            assertEquals(200, after.status());
            assertFalse(after.body().endsWith("pid=" + pid + "\n"));
        }
    }

    @Test
    void compileErrorsReachTheOwnersLogAndNobodyElse() throws Exception {
        Reply reply = get("alice", "/perl/broken.pl");
        assertEquals(500, reply.status());
        assertFalse(reply.body().contains("broken.pl") || reply.body().contains("no end"), reply.body());
        Await.until("the log line", Duration.ofSeconds(10),
            () -> machine.ownersLog("alice").contains("broken.pl line 1"));
        Path log = machine.base().resolve("log/owners/alice.localhost.log");
        assertEquals(0, Command.run("setpriv", "--reuid", "60101", "--regid", "60101", "--clear-groups", "cat",
            log.toString()).exitStatus());
        assertFalse(Command.run("setpriv", "--reuid", "60102", "--regid", "60102", "--clear-groups", "cat",
            log.toString()).exitStatus() == 0);
        assertFalse(Command.run("setpriv", "--reuid", "60101", "--regid", "60101", "--clear-groups", "rm", "-f",
            log.toString()).exitStatus() == 0);
        assertTrue(Files.exists(log));
    }

    @Test
    void controlCharactersDoNotReachALog() throws Exception {
        assertEquals(200, get("alice", "/perl/escape.pl").status());
        Await.until("the log line", Duration.ofSeconds(10), () -> machine.ownersLog("alice").contains("two"));
        assertFalse(machine.ownersLog("alice").chars().anyMatch(c -> c < ' ' && c != '\n'));
    }

    @Test
    void largeBodiesPassBothWays() throws Exception {
        machine.write("bob", Machine.BOB, "htdocs/perl/echo.pl", """
            binmode STDIN; binmode STDOUT; print "Content-Type: application/octet-stream\\n\\n";
            while (read STDIN, my $part, 65536) { print $part }
            """, "644");
        byte[] body = new byte[3_000_000];
        Arrays.fill(body, (byte) 'x');
        Reply reply = machine.http().post("bob.localhost", "/perl/echo.pl", body);
        assertEquals(200, reply.status());
        assertEquals(body.length, reply.body().length());
    }

    @Test
    void encodedPathsArriveAsTheyWereSentOnBothRoutes() throws Exception {
        Reply location = get("alice", "/app/x%73/a%2Bb%20c?q=%41");
        assertTrue(location.body().contains(" script=/app path=/xs/a+b c uri=/app/x%73/a%2Bb%20c?q=%41 "), location.body());
        machine.write("alice", Machine.ALICE, "htdocs/perl/path.pl", """
            print "Content-Type: text/plain\\n\\n", join '|', @ENV{qw(SCRIPT_NAME PATH_INFO REQUEST_URI QUERY_STRING)};
            """, "644");
        assertEquals("/perl/path.pl|/pi n%21|/perl/pa%74h.pl/pi%20n%2521?x=1|x=1",
            get("alice", "/perl/pa%74h.pl/pi%20n%2521?x=1").body());
    }

    @Test
    void theStatusCountsWhatTheCgroupHolds() throws Exception {
        get("alice", "/perl/who.pl");
        Await.until("equal counts", Duration.ofSeconds(10), machine::countsAreEqual);
    }
}
