package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What is killed while strangers come at two hundred requests a second, and who notices. The long form is
 * {@code bench/survival}.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
final class SurvivalUnderLoadTest {
    private static final int PER_SECOND = Integer.getInteger("warren.load.perSecond", 200);
    private static final int IDLE_KILLS = Integer.getInteger("warren.load.idleKills", 60);
    private static final int OTHER_KILLS = Integer.getInteger("warren.load.otherKills", 6);
    private static final int PROCESS_KILLS = Integer.getInteger("warren.load.processKills", 2);
    /** Wide on a machine that has other things to do; the long form says 2 s. */
    private static final Duration BACK_WITHIN = Duration.ofMillis(Integer.getInteger("warren.load.backWithinMillis", 20_000));
    private static final Duration CALM = Duration.ofSeconds(1);
    private static final int KILLS_A_BURST = 5;
    private static final int BURST = 8;

    private static Machine machine;
    private static EchoSite alice;
    private static EchoSite bob;
    private Load load;

    @BeforeAll
    static void start() throws Exception {
        machine = new Machine();
        machine.setWorkers(600);
        String[] settings = {"PerlInterpMax 8", "PerlInterpMinSpare 3", "PerlInterpMaxSpare 8", "WarrenQueueLength 300"};
        machine.addOwner("alice", Machine.ALICE, settings);
        machine.addOwner("bob", Machine.BOB, settings);
        alice = EchoSite.at(machine, "alice", Machine.ALICE);
        bob = EchoSite.at(machine, "bob", Machine.BOB);
        machine.start();
    }

    @AfterAll
    static void stop() throws Exception {
        machine.close();
    }

    @BeforeEach
    void visitorsCome() {
        load = Load.start(machine, PER_SECOND, "alice", "bob");
    }

    @AfterEach
    void visitorsGo() throws Exception {
        load.stop();
    }

    /** Stops the visitors, compares both sides, and says how it went. */
    private LoadReport end(String what) throws Exception {
        LoadReport report = load.stop();
        System.err.println(what + ": " + report + ", alice's 50 % and 99 % within " + report.millisOf(0.5, "alice") + " and "
            + report.millisOf(0.99, "alice") + " ms");
        report.requireSound(alice, bob);
        Await.until("equal counts of pools and cgroups", Duration.ofSeconds(30), machine::countsAreEqual);
        return report;
    }

    @Test
    void anIdleInterpreterThatIsKilledIsNotMissed() throws Exception {
        Await.until("alice's interpreters", Duration.ofSeconds(30), () -> machine.interpretersOf("alice").size() > 2);
        int killed = 0;
        int asked;
        try (Killer killer = new Killer()) {
            while (killed < IDLE_KILLS) {
                if (killer.killAnIdleOneOf(machine.interpretersOf("alice")).isPresent() && ++killed % KILLS_A_BURST == 0) {
                    burst();
                }
            }
            asked = killer.askedWhileItDied();
        }
        int most = killed / 20;
        LoadReport report = end(killed + " idle interpreters killed, and " + asked + " that were asked while they ended");
        // code that had begun was not idle: it waited for the rest of its request, which a connector without a processor was late with
        List<LoadResult> missed = new ArrayList<>();
        for (LoadResult failure : report.failures()) {
            if (alice.servedBy(failure.errand().id()).isEmpty()) {
                missed.add(failure);
            }
        }
        assertEquals(List.of(), missed, report::toString);
        assertTrue(report.failures().size() <= most, () -> LoadReport.shown(report.failures()));
    }

    /** So many at once that each interpreter of the pool is borrowed, the dead ones too. */
    private void burst() {
        AtOnce.ended(AtOnce.run(BURST, i -> () -> load.run(Errand.of(Load.nextId(), "alice.localhost",
            i % 2 == 0 ? "GET" : "POST", 0.05, new Random()))));
    }

    @Test
    void oneKilledBeforeItsHeadIsRetriedOnceWhereThatIsHarmlessAndABadGatewayElse() throws Exception {
        for (int i = 0; i < OTHER_KILLS; i++) {
            String method = List.of("GET", "POST", "PUT").get(i % 3);
            Errand errand = Errand.of(Load.nextId(), "alice.localhost", method, 60, new Random());
            CompletableFuture<LoadResult> asked = AtOnce.run(() -> load.run(errand));
            Await.until("its service", Duration.ofSeconds(30), () -> !alice.servedBy(errand.id()).isEmpty());
            killInJail(alice.servedBy(errand.id()).getFirst());
            LoadResult result = asked.get();
            assertEquals(errand.idempotent() ? 200 : 502, result.status(), result::toString);
            assertEquals(errand.idempotent() ? 2 : 1, alice.servedBy(errand.id()).size(), result::toString);
        }
        LoadReport report = end(OTHER_KILLS + " killed before their heads");
        assertEquals(OTHER_KILLS / 3, report.failures().size(), () -> LoadReport.shown(report.failures()));
    }

    @Test
    void oneKilledInsideItsResponseIsOneCutResponseAndNoOther() throws Exception {
        for (int i = 0; i < OTHER_KILLS; i++) {
            killInside(i % 2 == 0 ? "&framed=1" : "", i % 4 < 2 ? "/app/echo" : "/perl/echo.pl");
        }
        end(OTHER_KILLS + " killed inside their responses").requireNoFailure();
    }

    private void killInside(String framing, String route) throws Exception {
        try (Wire wire = new Wire(machine.port(), Duration.ofSeconds(60))) {
            wire.send("GET " + route + "?fill=5000&pause=20" + framing + " HTTP/1.1\r\nHost: alice.localhost\r\nX-Id: "
                + Load.nextId() + "\r\n\r\n");
            Wire.Head head = wire.head();
            assertEquals(200, head.status());
            killInJail(Integer.parseInt(head.header("X-Pid").orElseThrow()));
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            assertFalse(isWhole(wire, head, body), () -> "looks complete: " + head + " " + body);
            assertTrue(body.size() > 2000, "the part that was there before reached the client");
        }
    }

    /** By the pid that it has there. */
    private static void killInJail(int pid) throws Exception {
        Killer.kill(Integer.parseInt(Processes.onHost(Machine.ALICE, Integer.toString(pid)).orElseThrow()));
    }

    private static boolean isWhole(Wire wire, Wire.Head head, ByteArrayOutputStream body) throws Exception {
        try {
            wire.body(head, (bytes, count) -> body.write(bytes, 0, count));
            return true;
        } catch (EOFException cut) {
            return false;
        }
    }

    @Test
    void aKilledLauncherIsNotMissedAndTheNextFindsWhatRuns() throws Exception {
        for (int i = 0; i < PROCESS_KILLS; i++) {
            calm();
            machine.killLauncher();
            calm();
            machine.startWarren(machine.writeConfiguration());
            calm();
        }
        end(PROCESS_KILLS + " launchers killed and started again").requireNoFailure();
    }

    @Test
    void aKilledConnectorLosesOnlyWhatWasInFlight() throws Exception {
        killConnectors(PROCESS_KILLS);
        machine.killLauncher();
        machine.startWarren(machine.writeConfiguration());
        killConnectors(1);
        end(PROCESS_KILLS + 1 + " connectors killed");
    }

    private void killConnectors(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            calm();
            int pid = machine.connectorStatus().path("pid").asInt();
            int before = load.soFar().results().size();
            Killer.kill(pid);
            Await.until("its end", Duration.ofSeconds(10), () -> !Processes.of(Machine.CONNECTOR).contains(Integer.toString(pid)));
            long gone = System.nanoTime();
            LoadResult next = load.run(Errand.of(Load.nextId(), "bob.localhost", "GET", 0, new Random()));
            calm();
            LoadReport after = load.soFar();
            double slowest = after.where(result -> result.ended() > gone).stream().mapToDouble(LoadResult::millis).max().orElse(0);
            System.err.println("connector killed: the next answer after " + next.millis() + " ms, the slowest " + slowest + " ms");
            assertEquals(Outcome.GOOD, next.outcome(), next::toString);
            assertTrue(next.millis() < BACK_WITHIN.toMillis(), next::toString);
            List<LoadResult> lost = after.results().subList(before, after.results().size()).stream()
                .filter(result -> result.outcome() != Outcome.GOOD).toList();
            List<LoadResult> later = lost.stream().filter(result -> result.began() > gone).toList();
            assertTrue(later.isEmpty(), () -> "came after its end and were lost:\n" + LoadReport.shown(later));
        }
    }

    private static void calm() throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(CALM.toNanos());
    }
}
