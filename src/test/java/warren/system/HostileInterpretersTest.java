package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Real interpreters whose owner's code takes the FastCGI connection into its own hands, behind the real httpd. The
 * visitor gets an error page or a cut, never a wrong or a mixed response; who broke the protocol is killed and replaced;
 * the neighbor goes on.
 */
final class HostileInterpretersTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    /** Stands in what no visitor may ever see. */
    private static final String NEVER = "MIXED-UP";

    /** Perl in front of each script: the connection, and how to write what FCGI.pm would not. */
    private static final String ARMS = """
        use POSIX ();
        our ($fd) = grep { -S "/proc/self/fd/$_" } 3 .. 63;
        our $head = "Content-Type: text/plain\\r\\n\\r\\n";
        our $end = record(3, "\\0" x 8);
        sub record { my ($type, $content, $version, $id) = @_;
            return pack('CCnnxx', $version // 1, $type, $id // 1, length $content) . $content }
        sub out { return record(6, join '', @_) }
        sub raw { my $bytes = join '', @_;
            while (length $bytes) { my $count = POSIX::write($fd, $bytes, length $bytes) or POSIX::_exit(3);
                substr $bytes, 0, $count, '' } return 1 }
        sub pause { select undef, undef, undef, $_[0]; return 1 }
        sub hang { pause(60) while 1 }
        sub note { open my $note, '>', "@notes@/$_[0]" or die $!; print $note $$; close $note; return }
        note('@name@');
        """;

    /** What each does with the visitor's request, and goes on for ever unless it is stopped. */
    private static final Map<String, String> BAD_GATEWAYS = Map.ofEntries(
        Map.entry("version", "raw(record(6, $head . '@never@', 2));"),
        Map.entry("request-id", "raw(record(6, $head . '@never@', 1, 2));"),
        Map.entry("management", "raw(record(10, 'x' x 8, 1, 0));"),
        Map.entry("type", "raw(record(99, 'x' x 8));"),
        Map.entry("other-direction", "raw(record(5, '@never@'));"),
        Map.entry("short-end", "raw(record(3, 'x'));"),
        Map.entry("long-end", "raw(record(3, \"\\0\" x 9));"),
        Map.entry("refusing-end", "raw(record(3, \"\\0\\0\\0\\0\\1\\0\\0\\0\"));"),
        Map.entry("noise", "raw(map { chr rand 256 } 1 .. 5000);"),
        Map.entry("nothing", "raw($end);"),
        Map.entry("carriage-return", "raw(out(\"X-A: b\\rSet-Cookie: @never@\\n\\nbody\"), $end);"),
        Map.entry("nul", "raw(out(\"X-A: \\0@never@\\n\\nbody\"), $end);"),
        Map.entry("control-in-status", "raw(out(\"Status: 200 \\e[31m@never@\\n\\nbody\"), $end);"),
        Map.entry("status-100", "raw(out(\"Status: 100\\n\\n@never@\"), $end);"),
        Map.entry("status-999", "raw(out(\"Status: 999\\n\\n@never@\"), $end);"),
        Map.entry("two-statuses", "raw(out(\"Status: 200\\nStatus: 404\\n\\n@never@\"), $end);"),
        Map.entry("two-lengths", "raw(out(\"Content-Length: 3\\nContent-Length: 8\\n\\n@never@\"), $end);"),
        Map.entry("signed-length", "raw(out(\"Content-Length: +3\\n\\n@never@\"), $end);"),
        Map.entry("whole-http-response", "raw(out(\"HTTP/1.1 200 OK\\r\\nX: y\\r\\n\\r\\n@never@\"), $end);"),
        Map.entry("endless-header", "raw(out('x' x 8000)) while 1;"),
        Map.entry("endless-headers", "raw(out(\"X: y\\n\")) while 1;"),
        Map.entry("half-a-head", "raw(out('Content-Type: text'), $end);"),
        Map.entry("closes-and-lives-on", "raw(out('Content-Ty')); POSIX::close($fd);"));

    /** The head may be out already. */
    private static final Map<String, String> TOO_LATE = Map.of(
        "output-after-its-end", "raw(out($head, 'x' x 9000), out(), out('@never@'), $end);",
        "two-ends", "raw(out($head, 'first'), $end, $end);",
        "second-response", "raw(out($head, 'first'), $end, out($head, '@never@'), $end);",
        "too-short", "raw(out(\"Content-Length: 100\\n\\nshort\"), $end);",
        "too-long", "raw(out(\"Content-Length: 5\\n\\nfirst@never@\"), $end);",
        "broken-inside", "raw(out($head, 'x' x 9000)); pause(0.1); raw(record(6, '@never@', 7));");

    /** 504 before the head, a cut after it; all at once, so that together they take one deadline. */
    private static final Map<String, String> ENDLESS = Map.ofEntries(
        Map.entry("silent", ""),
        Map.entry("deaf-to-term", "$SIG{TERM} = $SIG{HUP} = $SIG{INT} = 'IGNORE';"),
        Map.entry("dripping-head", "raw(out('A')), pause(0.2) while 1;"),
        Map.entry("dripping-body", "raw(out($head)); raw(out('x')), pause(0.2) while 1;"),
        Map.entry("endless-body", "raw(out($head)); raw(out('x' x 8000)), pause(0.02) while 1;"),
        Map.entry("endless-errors", "raw(record(7, \"flood \\e[31m@never@\\n\" x 500)), pause(0.02) while 1;"),
        Map.entry("no-end", "raw(out($head, 'all of it'));"),
        Map.entry("length-without-content", "raw(substr record(6, 'x' x 65535), 0, 100);"),
        Map.entry("orphaned-socket", "if (fork == 0) { POSIX::setsid(); note('orphan'); hang() } kill KILL => $$;"),
        Map.entry("reads-no-body", ""),
        Map.entry("reads-a-byte-at-a-time", "read(STDIN, my $byte, 1), pause(0.2) while 1;"));

    private static Machine machine;
    private static Path notes;

    @BeforeAll
    static void start() throws Exception {
        machine = new Machine();
        notes = Files.createDirectories(machine.base().resolve("notes"));
        Command.run("chmod", "1777", notes.toString()).orFail();
        machine.addOwner("alice", Machine.ALICE, "WarrenJail off" /* the pids that they note are the machine's then */, "PerlInterpMax 16", "WarrenRequestTimeout 3s");
        machine.addOwner("single", Machine.ALICE, "WarrenJail off", "PerlInterpMax 1", "PerlInterpMaxSpare 1", "WarrenRequestTimeout 30s");
        machine.addOwner("bob", Machine.BOB);
        for (Map<String, String> scripts : List.of(BAD_GATEWAYS, TOO_LATE, ENDLESS)) {
            for (Map.Entry<String, String> script : scripts.entrySet()) {
                write("alice", script.getKey(), script.getValue() + " hang();");
            }
        }
        for (String liar : List.of("of-init", "of-its-parent", "of-bob")) {
            addAccomplice(liar, LIAR);
        }
        addAccomplice("impostor", IMPOSTOR);
        addAccomplice("silent-impostor", IMPOSTOR.replace("answer($visitor)", "select undef, undef, undef, 60"));
        machine.start();
    }

    @AfterAll
    static void stop() throws Exception {
        machine.close();
    }

    private static void write(String site, String name, String code) throws Exception {
        machine.write(site, Machine.ALICE, "htdocs/perl/" + name + ".pl", armed(name, code), "644");
    }

    private static String armed(String name, String code) {
        return (ARMS + code).replace("@notes@", notes.toString()).replace("@name@", name).replace("@never@", NEVER);
    }

    private static Reply get(String site, String name) throws IOException {
        return machine.http().get(site + ".localhost", "/perl/" + name + ".pl");
    }

    private static String noted(String name) throws IOException {
        return Files.readString(notes.resolve(name));
    }

    private static boolean runs(String pid) {
        return Files.exists(Path.of("/proc", pid, "exe")) && ProcessHandle.of(Long.parseLong(pid)).isPresent();
    }

    private static String pidIn(Reply reply) {
        assertEquals(200, reply.status(), reply.toString());
        return reply.body().replaceAll("(?s).*pid=(\\d+)\\n", "$1");
    }

    /** The process that did it is gone, its virtual host serves, and so does the neighbor. */
    private static void requireReplaced(String site, String name) throws Exception {
        String evil = noted(name);
        Await.until("the end of " + name, SOON, () -> !runs(evil));
        assertNotEquals(evil, pidIn(get(site, "who")));
        assertTrue(get("bob", "who").body().startsWith("uid=60102 "));
    }

    static Stream<String> badGateways() {
        return BAD_GATEWAYS.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("badGateways")
    void isABadGatewayAndReplaced(String name) throws Exception {
        Reply reply = get("alice", name);
        assertEquals(502, reply.status(), reply.toString());
        assertFalse(reply.toString().contains(NEVER), reply.toString());
        requireReplaced("alice", name);
    }

    static Stream<String> tooLate() {
        return TOO_LATE.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("tooLate")
    void isCutOrABadGatewayAndReplaced(String name) throws Exception {
        Reply reply = get("alice", name);
        assertFalse(reply.toString().contains(NEVER), reply.toString());
        if (name.equals("too-long")) {
            assertEquals("200 first", reply.status() + " " + reply.body(), "what was promised and no more");
        } else {
            assertTrue(reply.status() == 502 || !reply.complete(), reply.toString());
        }
        requireReplaced("alice", name);
    }

    @Test
    void whatNeverEndsIsEndedByTheDeadlineAllAtOnce() throws Exception {
        Map<String, CompletableFuture<Reply>> asked = new TreeMap<>();
        ENDLESS.keySet().forEach(name -> asked.put(name, CompletableFuture.supplyAsync(() -> patiently(name),
            task -> Thread.ofPlatform().start(task))));
        assertEquals("uid=60102", get("bob", "who").body().split(" ")[0]);
        List<String> begun = List.of("dripping-body", "endless-body", "no-end");
        for (String name : asked.keySet()) {
            Reply reply = asked.get(name).join();
            assertFalse(reply.toString().contains(NEVER), name);
            assertFalse(begun.contains(name) ? reply.complete() : reply.status() != 504, name + ": " + reply.status());
        }
        for (String name : asked.keySet()) {
            requireReplaced("alice", name);
        }
        String orphan = noted("orphan");
        assertTrue(runs(orphan), "who was not killed goes on");
        machine.warren("reload", "alice.localhost").orFail();
        Await.until("the orphan's end with its generation", SOON, () -> !runs(orphan));
    }

    private static Reply patiently(String name) {
        try {
            // more than the buffers between here and the interpreter hold, and less than those of the client's side
            return name.startsWith("reads-") ? machine.http().post("alice.localhost", "/perl/" + name + ".pl", new byte[600_000])
                : get("alice", name);
        } catch (IOException e) {
            throw new IllegalStateException(name, e);
        }
    }

    @Test
    void transferEncodingIsNobodysButHttpds() throws Exception {
        write("single", "chunked", "print \"Transfer-Encoding: chunked\\nContent-Type: a/b\\n\\n0\\r\\n\\r\\nHTTP/1.1 200 OK\";");
        Reply reply = get("single", "chunked");
        assertEquals("0\r\n\r\nHTTP/1.1 200 OK", reply.body());
        assertTrue(reply.complete());
    }

    @Test
    void aBodyWhereThereMustBeNoneIsDropped() throws Exception {
        write("single", "bodiless", "print \"Status: $ENV{QUERY_STRING}\\nContent-Length: 8\\n\\n@never@\";");
        for (String status : List.of("204", "304")) {
            Reply reply = machine.http().get("single.localhost", "/perl/bodiless.pl?" + status);
            assertEquals(status + " ", reply.status() + " " + reply.body());
        }
        Reply head = machine.http().send("HEAD /perl/bodiless.pl?200 HTTP/1.1\r\nHost: single.localhost\r\n\r\n"
            + "GET /perl/who.pl HTTP/1.1\r\nHost: single.localhost\r\nConnection: close\r\n\r\n", new byte[0]);
        assertFalse(head.toString().contains(NEVER), head.toString());
        assertTrue(head.body().startsWith("HTTP/1.1 200 ") && head.body().contains("uid=60101"), head.toString());
    }

    @Test
    void aResponseAheadOfItsRequestIsNobodys() throws Exception {
        write("single", "ahead", """
            if (fork == 0) { pause(0.2); raw(out($head, '@never@'), $end); note('ahead-sent'); POSIX::_exit(0) }
            print $head, "pid=$$\\n";
            """);
        String evil = pidIn(get("single", "ahead"));
        Await.until("what it says while it is idle", SOON, () -> Files.exists(notes.resolve("ahead-sent")));
        Reply next = get("single", "who");
        assertFalse(next.toString().contains(NEVER), next.toString());
        assertNotEquals(evil, pidIn(next));
    }

    @Test
    void oneThatClosesItsConnectionWhileIdleIsNotMissed() throws Exception {
        write("single", "leaving", """
            if (fork == 0) { pause(0.2); open my $c, '+<&=', $fd; shutdown $c, 2; note('left'); POSIX::_exit(0) }
            print $head, "pid=$$\\n";
            """);
        String evil = pidIn(get("single", "leaving"));
        Await.until("the end of its connection", SOON, () -> Files.exists(notes.resolve("left")));
        // a POST is never tried twice
        assertNotEquals(evil, pidIn(machine.http().post("single.localhost", "/perl/who.pl", new byte[10])));
    }

    @Test
    void daemonsEndWithTheirGeneration() throws Exception {
        write("single", "daemon", """
            for my $n (1 .. 3) { next if fork; POSIX::setsid(); $SIG{$_} = 'IGNORE' for qw(TERM HUP INT CHLD); fork and POSIX::_exit(0);
                note("daemon-$n"); hang() }
            pause(0.1); print $head, "pid=$$\\n";
            """);
        get("single", "daemon");
        List<String> daemons = new ArrayList<>();
        for (String name : List.of("daemon-1", "daemon-2", "daemon-3")) {
            Await.until(name, SOON, () -> Files.exists(notes.resolve(name)) && !noted(name).isEmpty());
            daemons.add(noted(name));
        }
        assertTrue(daemons.stream().allMatch(HostileInterpretersTest::runs), daemons.toString());
        machine.warren("reload", "single.localhost").orFail();
        Await.until("the daemons' end", SOON, () -> daemons.stream().noneMatch(HostileInterpretersTest::runs));
        assertEquals(200, get("single", "who").status());
    }

    // --- code that the parent loads -------------------------------------------------------------------------------

    /** Answers hello with another's pid. */
    private static final String LIAR = """
        package Warren::Interpreter; no warnings;
        sub _hello { my ($self) = @_;
            my %lie = ('of-init' => 1, 'of-its-parent' => getppid());
            open my $note, '<', '@notes@/bob'; $lie{'of-bob'} = <$note>;
            $self->_print("Status: 200\\r\\nWarren-Pid: $lie{'@name@'}\\r\\n\\r\\n"); return $self->_end_request }
        1;
        """;

    /** Children that take the parent's connections from its socket, and answer hello well and all else badly. */
    private static final String IMPOSTOR = """
        package Impostor;
        sub record { return pack('CCnnxx', $_[0], $_[1], 1, length $_[2]) . $_[2] }
        sub answer { my ($c) = @_;
            while (sysread $c, my $asked, 65536) {
                syswrite $c, $asked =~ /WARREN_HELLO/
                    ? record(1, 6, "Status: 200\\r\\nWarren-Pid: $$\\r\\n\\r\\n") . record(1, 3, "\\0" x 8)
                    : record(9, 6, '@never@') } }
        for my $n (1 .. 3) {
            next if fork;
            open my $note, '>', "@notes@/@name@-$n"; print $note $$; close $note;
            open my $socket, '<&=', 0;
            while (1) { accept my $visitor, $socket or next; answer($visitor) }
        }
        select undef, undef, undef, 0.3;
        1;
        """;

    private static void addAccomplice(String name, String code) throws Exception {
        Path loaded = machine.site(name).resolve("load.pl");
        machine.addOwner(name, Machine.CAROL, "WarrenJail off", "PerlInterpMax 2", "PerlRequire " + loaded,
            name.equals("silent-impostor") ? "WarrenLaunchTimeout 4s" : "WarrenRequestTimeout 30s");
        machine.write(name, Machine.CAROL, "load.pl", code.replace("@notes@", notes.toString()).replace("@name@", name)
            .replace("@never@", NEVER), "644");
        machine.write(name, Machine.CAROL, "htdocs/perl/broken.pl",
            armed(name + "-broken", "note('@name@-broken'); raw(record(6, $head, 2)); hang();"), "644");
        machine.write(name, Machine.CAROL, "htdocs/perl/parent.pl", "print \"Content-Type: a/b\\n\\npid=\", getppid(), \"\\n\";", "644");
    }

    static Stream<String> lies() {
        return Stream.of("of-init", "of-its-parent", "of-bob");
    }

    /** The kill goes to nobody: the liar is closed and goes on until its generation ends. */
    @ParameterizedTest
    @MethodSource("lies")
    void aLieAboutThePidKillsNobody(String lie) throws Exception {
        String bob = pidIn(get("bob", "who"));
        Files.writeString(notes.resolve("bob"), bob);
        String parent = pidIn(get(lie, "parent"));
        assertEquals(502, get(lie, "broken").status());
        String liar = noted(lie + "-broken");
        assertNotEquals(liar, pidIn(get(lie, "who")));
        assertEquals(parent, pidIn(get(lie, "parent")), "the parent interpreter is still the same");
        assertEquals(bob, pidIn(get("bob", "who")), "bob's interpreter is still the same");
        machine.warren("reload", lie + ".localhost").orFail();
        Await.until("the liar's end", SOON, () -> !runs(liar) && !runs(parent));
        assertTrue(machine.launcher().isAlive());
    }

    @Test
    void othersThatTakeTheConnectionsAreInterpretersAndEndAsSuch() throws Exception {
        Predicate<Reply> genuine = reply -> reply.status() == 200 && reply.body().startsWith("uid=60103 ");
        int bad = 0;
        Reply reply = get("impostor", "who");
        for (; !genuine.test(reply) && bad < 10; bad++) {
            assertTrue(List.of(502, 503).contains(reply.status()) && !reply.toString().contains(NEVER), reply.toString());
            reply = get("impostor", "who");
        }
        assertTrue(genuine.test(reply), reply.toString());
        assertEquals(200, get("bob", "who").status());
        machine.write("impostor", Machine.CAROL, "load.pl", "1;", "644");
        machine.warren("reload", "impostor.localhost").orFail();
        Await.until("the impostors' end", SOON, () -> Stream.of("impostor-1", "impostor-2", "impostor-3")
            .noneMatch(name -> runs(readNote(name))));
    }

    private static String readNote(String name) {
        try {
            return noted(name);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void othersThatTakeTheConnectionsAndSayNothingAreAFailedLaunch() throws Exception {
        Reply reply = get("silent-impostor", "who");
        assertEquals(503, reply.status(), reply.toString());
        assertEquals(200, get("bob", "who").status());
        machine.write("silent-impostor", Machine.CAROL, "load.pl", "1;", "644");
        Await.until("an answer", SOON, () -> get("silent-impostor", "who").status() == 200);
    }

    @Test
    void nothingOfThemStandsInALogUnescaped() throws Exception {
        get("alice", "control-in-status");
        try (Stream<Path> logs = Files.walk(machine.base().resolve("log"))) {
            for (Path log : logs.filter(Files::isRegularFile).toList()) {
                String text = Files.readString(log, StandardCharsets.ISO_8859_1);
                assertFalse(text.chars().anyMatch(c -> c < ' ' && c != '\n' || c == 127), log.toString());
                assertTrue(log.getParent().endsWith("owners") || !text.contains(NEVER), log.toString());
            }
        }
    }
}
