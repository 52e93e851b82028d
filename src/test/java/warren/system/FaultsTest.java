package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What becomes of visitors when processes stop, hang or are killed one by one, and how soon all is well again. Each is a
 * row of docs/faults.md, which names the tests of the other faults, too.
 */
final class FaultsTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    /** Virtual hosts of which nothing has run, one for each test that wants one. */
    private static final int FRESH = 20;
    private static final AtomicInteger TAKEN = new AtomicInteger();
    private static Machine machine;

    @BeforeAll
    static void start() throws Exception {
        machine = new Machine();
        machine.addOwner("alice", Machine.ALICE);
        machine.addOwner("hook", Machine.ALICE, "PerlRequire " + machine.site("hook").resolve("hook.pl"));
        machine.addOwner("bob", Machine.BOB, "WarrenFirstByteTimeout 2s");
        machine.addOwner("carol", Machine.CAROL, "WarrenLaunchTimeout 2s");
        for (int i = 0; i < FRESH; i++) {
            machine.addOwner("fresh" + i, Machine.ERIN);
        }
        for (String owner : List.of("alice", "bob", "carol", "hook")) {
            int uid = owner.equals("bob") ? Machine.BOB : owner.equals("carol") ? Machine.CAROL : Machine.ALICE;
            machine.write(owner, uid, "htdocs/perl/hold.pl", """
                open my $mark, '>', '%s' or die $!; close $mark; select undef, undef, undef, $ENV{QUERY_STRING};
                print "Content-Type: text/plain\\n\\nheld pid=$$\\n";
                """.formatted(mark(owner)), "644");
            machine.write(owner, uid, "marks/none", "", "644");
        }
        // a second before it floods, for who wants to be there
        machine.write("alice", Machine.ALICE, "htdocs/perl/flood.pl", """
            open my $mark, '>', '%s' or die $!; select undef, undef, undef, 1;
            my $line = 'flood ' x 100 . "\\n"; syswrite STDERR, $line for 1 .. 3000;
            unlink '%s' or die $!; print "Content-Type: text/plain\\n\\nflooded";
            """.formatted(mark("alice"), mark("alice")), "644");
        // the one that finds the file takes it away, and hangs where it would accept
        machine.write("hook", Machine.ALICE, "hook.pl", """
            my $accept = \\&FCGI::Accept; no warnings 'redefine';
            *FCGI::Accept = sub { if (unlink '%s') { select undef, undef, undef, 60 while 1 } goto &$accept }; 1;
            """.formatted(mark("hook")), "644");
        machine.start();
    }

    @AfterAll
    static void stop() throws Exception {
        machine.close();
    }

    /** The owner's code writes it when it has begun. */
    private static Path mark(String owner) {
        return machine.site(owner).resolve("marks/mark");
    }

    private static String fresh() {
        return "fresh" + TAKEN.getAndIncrement();
    }

    private static Reply get(String owner, String path) throws IOException {
        return machine.http().get(owner + ".localhost", path);
    }

    private static boolean isServed(String owner) throws IOException {
        return get(owner, "/perl/who.pl").status() == 200;
    }

    private static CompletableFuture<Reply> asked(String owner, String path) {
        return AtOnce.run(() -> get(owner, path));
    }

    /** A request that an interpreter holds, for so many seconds. */
    private static CompletableFuture<Reply> held(String owner, String seconds) throws Exception {
        Files.deleteIfExists(mark(owner));
        CompletableFuture<Reply> reply = asked(owner, "/perl/hold.pl?" + seconds);
        Await.until("its begin", SOON, () -> Files.exists(mark(owner)));
        return reply;
    }

    private static boolean isGood(CompletableFuture<Reply> reply) {
        if (!reply.isDone()) {
            return false;
        }
        assertEquals(200, reply.join().status(), () -> reply.join().toString());
        return true;
    }

    /** The one that is idle, where that is the only one. */
    private static int onlyInterpreterOf(String owner) throws Exception {
        machine.warren("reload", owner + ".localhost").orFail();
        assertTrue(isServed(owner));
        Await.until("one interpreter", SOON, () -> machine.interpretersOf(owner).size() == 1);
        return machine.interpretersOf(owner).getFirst();
    }

    @Test
    void aStoppedInterpreterHoldsUpItsOwnVisitorAloneAndLosesNothing() throws Exception {
        try (Stopped stopped = Stopped.stop(onlyInterpreterOf("alice"))) {
            CompletableFuture<Reply> its = asked("alice", "/perl/who.pl");
            Await.until("its request", SOON, () -> machine.pool("alice").path("busy").asInt() == 1);
            assertTrue(isServed("alice"), "by another");
            assertFalse(its.isDone());
            stopped.goOn();
            Healing.after("interpreter stopped", () -> isGood(its));
        }
    }

    @Test
    void anInterpreterThatStaysStoppedIsOneGatewayTimeoutAndIsReplaced() throws Exception {
        try (Stopped stopped = Stopped.stop(onlyInterpreterOf("bob"))) {
            assertEquals(504, get("bob", "/perl/who.pl").status());
            Healing.after("interpreter stopped for good", () -> isServed("bob"));
            Await.until("its end", SOON, () -> !Processes.isAlive(stopped.pid()));
        }
    }

    @Test
    void aStoppedParentHoldsUpOnlyWhoNeedsAnotherInterpreter() throws Exception {
        onlyInterpreterOf("alice");
        try (Stopped parent = Stopped.stop(machine.parentOf("alice"))) {
            assertTrue(isServed("alice"), "by the idle one");
            CompletableFuture<Reply> busy = held("alice", "0.3");
            CompletableFuture<Reply> another = asked("alice", "/app/");
            assertTrue(busy.join().body().startsWith("held"), busy.join()::toString);
            parent.goOn();
            Healing.after("parent stopped", () -> isGood(another));
            assertEquals(parent.pid(), machine.parentOf("alice"));
        }
    }

    @Test
    void aParentThatStaysStoppedIsReplacedAndNobodyIsLost() throws Exception {
        onlyInterpreterOf("carol");
        try (Stopped parent = Stopped.stop(machine.parentOf("carol"))) {
            CompletableFuture<Reply> busy = held("carol", "3");
            long began = System.nanoTime();
            assertTrue(isServed("carol"), "by the next generation, after WarrenLaunchTimeout");
            Healing.since(began + Duration.ofSeconds(2).toNanos(), "parent stopped for good", () -> isServed("carol"));
            assertEquals(200, busy.join().status(), "what it had goes on");
            Await.until("its end", SOON, () -> !Processes.isAlive(parent.pid()));
        }
    }

    @Test
    void aKilledParentLosesOnlyWhatMayNotBeSentTwice() throws Exception {
        onlyInterpreterOf("alice");
        CompletableFuture<Reply> got = held("alice", "1");
        Files.delete(mark("alice"));
        CompletableFuture<Reply> posted = AtOnce.run(() ->
            machine.http().post("alice.localhost", "/perl/hold.pl?1", "body".getBytes(StandardCharsets.US_ASCII)));
        Await.until("its begin", SOON, () -> Files.exists(mark("alice")));
        Processes.signal("KILL", machine.parentOf("alice"));
        Healing.after("parent killed", () -> isServed("alice"));
        assertEquals(200, got.join().status(), () -> got.join().toString());
        assertEquals(502, posted.join().status(), () -> posted.join().toString());
    }

    @Test
    void anInterpreterThatHangsInAcceptIsOneWaitAndNoFailure() throws Exception {
        onlyInterpreterOf("hook");
        CompletableFuture<Reply> busy = held("hook", "5");
        long began = System.nanoTime();
        CompletableFuture<Reply> another = asked("hook", "/perl/who.pl");
        Await.until("one that hangs", SOON, () -> !Files.exists(mark("hook")));
        assertEquals(200, another.join().status());
        System.out.println("interpreter hung in accept: its visitor waited for " + (System.nanoTime() - began) / 1_000_000 + " ms");
        Healing.after("interpreter hung in accept", () -> isServed("hook"));
        assertEquals(200, busy.join().status());
        Await.until("equal counts: it has gone", SOON, machine::countsAreEqual);
    }

    @Test
    void aStoppedConnectorLosesNothingAndHoldsUpNoOwnersCode() throws Exception {
        assertTrue(isServed("alice"));
        assertTrue(isServed("bob"));
        long pid = machine.connector();
        CompletableFuture<Reply> flooding = asked("alice", "/perl/flood.pl");
        Await.until("the flood", SOON, () -> Files.exists(mark("alice")));
        CompletableFuture<Reply> past = held("bob", "1.5");
        long began = System.nanoTime();
        try (Stopped connector = Stopped.stop(pid)) {
            CompletableFuture<Reply> late = asked("alice", "/perl/who.pl");
            Await.until("the end of the flood, which nobody reads", SOON, () -> !Files.exists(mark("alice")));
            Await.until("bob's WarrenFirstByteTimeout", SOON, () -> System.nanoTime() - began > 3_000_000_000L);
            assertFalse(late.isDone(), late::toString);
            assertFalse(past.isDone(), () -> past.join().toString());
            connector.goOn();
            Healing.after("connector stopped", () -> isGood(late) && isGood(flooding) && isGood(past));
            assertEquals(connector.pid(), machine.connector());
        }
        Await.until("what is told of the log", SOON, () -> machine.ownersLog("alice").contains("lines may be missing here"));
    }

    @Test
    void aStoppedLauncherHoldsUpLaunchesAlone() throws Exception {
        String fresh = fresh();
        int first = onlyInterpreterOf("alice");
        try (Stopped launcher = Stopped.stop(machine.launcher().pid())) {
            CompletableFuture<Reply> launched = asked(fresh, "/perl/who.pl");
            for (int i = 0; i < 20; i++) {
                assertTrue(isServed("alice"));
            }
            CompletableFuture<Reply> got = held("alice", "0.3");
            Processes.signal("KILL", first);
            long began = System.nanoTime();
            assertEquals(200, got.join().status(), "tried again, though nobody can say why it ended");
            System.out.println("launcher stopped, an interpreter killed: its visitor waited for "
                + (System.nanoTime() - began) / 1_000_000 + " ms");
            assertFalse(launched.isDone());
            launcher.goOn();
            Healing.after("launcher stopped", () -> isGood(launched));
        }
    }

    private static List<ProcessHandle> stages() {
        return machine.launcher().children().filter(child -> child.info().commandLine().orElse("").contains("LaunchStage"))
            .toList();
    }

    @Test
    void killedStagesThatWaitAreNotMissed() throws Exception {
        String fresh = fresh();
        Await.until("stages of both kinds", SOON, () -> stages().size() > waitingJailed().size() && !waitingJailed().isEmpty());
        killStages();
        Healing.after("waiting launch stages killed, a launch", () -> isServed(fresh));
        killStages();
        Processes.kill(machine.connector());
        Healing.after("waiting launch stages and the connector killed", () -> isServed("alice"));
    }

    /** Whoever asks while one is still dying may be given it: a failed launch, as when it dies later. */
    private static void killStages() throws Exception {
        for (ProcessHandle stage : stages()) {
            Processes.kill(stage.pid());
        }
    }

    /** By the system call that it is killed in: of each place of docs/launch.md, but for what is done before it waits. */
    @ParameterizedTest
    @ValueSource(strings = {"bind", "mknodat", "prlimit64", "unshare", "pivot_root", "mount", "setgroups", "setuid", "capset",
        "close_range", "landlock_restrict_self", "execve"})
    void aStageThatIsKilledWhileItLaunchesIsOneFailedLaunch(String call) throws Exception {
        String fresh = fresh();
        Path output = machine.base().resolve("strace." + call);
        Await.until("a stage with processes of its own", SOON, () -> !waitingJailed().isEmpty());
        List<String> waiting = waitingJailed();
        Process strace = new ProcessBuilder("strace", "-f", "-o", "/dev/null", "-e", "trace=" + call, "-e",
            "inject=" + call + ":signal=KILL:when=1", "-p", String.join(",", waiting))
            .redirectErrorStream(true).redirectOutput(output.toFile()).start();
        try {
            Await.until("strace", SOON, () -> {
                String told = Files.readString(output);
                return waiting.stream().allMatch(pid -> told.contains("Process " + pid + " attached"));
            });
            Reply reply = get(fresh, "/perl/who.pl");
            assertEquals(503, reply.status(), reply::toString);
            assertTrue(reply.header("Retry-After").isPresent());
            Healing.after("launch stage killed in " + call, () -> isServed(fresh));
        } finally {
            strace.destroy();
            strace.waitFor();
        }
        assertTrue(machine.ownersLog(fresh).contains("launch failed: "), machine.ownersLog(fresh));
    }

    /** Of the kind that a jailed virtual host takes. */
    private static List<String> waitingJailed() {
        return stages().stream().map(ProcessHandle::pid).filter(FaultsTest::hasOwnProcesses)
            .filter(FaultsTest::waitsForItsPlan).map(String::valueOf).toList();
    }

    /** One that still starts would be held up by strace, and others come before it. */
    private static boolean waitsForItsPlan(long pid) {
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
            for (Path thread : threads.toList()) {
                // read(2) is 0 or 63
                if (Files.readString(thread.resolve("syscall")).matches("(?s)(0|63) 0x0 .*")) {
                    return true;
                }
            }
            return false;
        } catch (IOException gone) {
            return false;
        }
    }

    private static boolean hasOwnProcesses(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream().anyMatch(line -> line.matches("NSpid:.*\t1"));
        } catch (IOException gone) {
            return false;
        }
    }

    @Test
    void aRestartedHttpdFindsAllAsItWas() throws Exception {
        assertTrue(isServed("alice"));
        long parent = machine.parentOf("alice");
        CompletableFuture<Reply> busy = held("alice", "0.5");
        machine.reloadHttpd();
        Healing.after("httpd restarted gracefully", () -> isServed("alice"));
        assertEquals(200, busy.join().status());
        machine.stopHttpd();
        machine.startHttpd(machine.base().resolve("httpd.conf"), machine.port());
        Healing.after("httpd stopped and started", () -> isServed("alice"));
        assertEquals(parent, machine.parentOf("alice"));
    }
}
