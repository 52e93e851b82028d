package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each of launcher, connector and parents outlives the others' death; what is replaced takes over what runs. */
final class SurvivalTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private Machine machine;

    @BeforeEach
    void start() throws Exception {
        machine = new Machine();
        machine.addOwner("alice", Machine.ALICE, "PerlSetEnv COLOR @color@");
        machine.addOwner("bob", Machine.BOB);
        machine.write("alice", Machine.ALICE, "htdocs/perl/color.pl",
            "print \"Content-Type: text/plain\\n\\n$ENV{COLOR}\";", "644");
        machine.write("alice", Machine.ALICE, "htdocs/perl/busy.pl", "1 while 1;", "644");
        machine.startWarren(configuration("red"));
        machine.startHttpd(configuration("red"), machine.port());
        assertEquals(200, get("alice", "/perl/who.pl").status());
    }

    @AfterEach
    void stop() throws Exception {
        machine.close();
    }

    private Path configuration(String color) throws IOException {
        Path file = machine.writeConfiguration();
        Files.writeString(file, Files.readString(file).replace("@color@", color));
        return file;
    }

    private Reply get(String owner, String path) throws Exception {
        return machine.http().get(owner + ".localhost", path);
    }

    private void killLauncher() throws Exception {
        machine.launcher().destroyForcibly().waitFor();
    }

    /** The pid of the one that was killed. */
    private long killConnector() throws Exception {
        long pid = status().path("launcher").path("connectorPid").asLong();
        kill(pid);
        return pid;
    }

    private static void kill(long pid) throws Exception {
        Command.run("kill", "-KILL", Long.toString(pid)).orFail();
        Await.until("the end of " + pid, SOON, () -> !isAlive(pid));
    }

    /** A zombie is not: nobody may be there to reap what an earlier launcher started. */
    private static boolean isAlive(long pid) throws IOException {
        Path status = Path.of("/proc/" + pid + "/status");
        try {
            return Files.exists(status) && !Files.readString(status).contains("\nState:\tZ");
        } catch (IOException gone) {
            return false;
        }
    }

    private JsonNode status() throws Exception {
        return new ObjectMapper().readTree(machine.warren("status", "--json").output());
    }

    /** The generations of a virtual host by the launcher's account. */
    private JsonNode generations(String owner) throws Exception {
        for (JsonNode host : status().path("launcher").path("virtualHosts")) {
            if (host.path("name").asText().equals(owner + ".localhost")) {
                return host.path("generations");
            }
        }
        throw new AssertionError("no status of " + owner);
    }

    private long parentOf(String owner) throws Exception {
        return generations(owner).path(0).path("parentPid").asLong();
    }

    /** Asks all the time until it is told to end, and counts what went wrong. */
    private CompletableFuture<List<Reply>> failuresUntil(AtomicBoolean over) {
        return CompletableFuture.supplyAsync(() -> Stream.generate(this::who).takeWhile(reply -> !over.get())
            .filter(reply -> reply.status() != 200).toList());
    }

    private Reply who() {
        try {
            return get("alice", "/perl/who.pl");
        } catch (Exception e) {
            return new Reply(0, List.of(), e.toString(), false);
        }
    }

    /** The pid of an interpreter of alice's that will never answer. */
    private long keepOneBusy() throws Exception {
        CompletableFuture.supplyAsync(() -> {
            try {
                return get("alice", "/perl/busy.pl").status();
            } catch (Exception cut) {
                return 0;
            }
        });
        Await.until("a busy interpreter", SOON, () -> machine.countsAreEqual() && status().path("connector").path("pools")
            .path(0).path("busy").asInt() == 1);
        for (JsonNode pid : generations("alice").path(0).path("pids")) {
            String state = Files.readString(Path.of("/proc/" + pid.asLong() + "/status"));
            if (pid.asLong() != parentOf("alice") && state.contains("\nState:\tR")) {
                return pid.asLong();
            }
        }
        throw new AssertionError("no interpreter runs: " + generations("alice"));
    }

    @Test
    void aKilledLauncherFailsNoRequestAndTheNextTakesOverWhatRuns() throws Exception {
        JsonNode before = generations("alice").path(0);
        long connector = status().path("launcher").path("connectorPid").asLong();
        List<ProcessHandle> children = machine.launcher().children().toList();
        ProcessHandle stage = children.stream().filter(child -> child.info().commandLine().orElse("")
            .contains("LaunchStage")).findFirst().orElseThrow();
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<List<Reply>> failures = failuresUntil(over);
        killLauncher();
        Await.until("the end of the stage that waited", SOON, () -> !isAlive(stage.pid()));
        assertEquals(503, get("bob", "/perl/who.pl").status(), "what does not run cannot be launched");
        machine.startWarren(configuration("red"));
        assertEquals(200, get("bob", "/perl/who.pl").status(), "no back-off of the time without a launcher");
        over.set(true);
        assertEquals(List.of(), failures.get());
        assertEquals(connector, status().path("launcher").path("connectorPid").asLong());
        for (String same : List.of("number", "parentPid", "since")) {
            assertEquals(before.path(same), generations("alice").path(0).path(same), same);
        }
        assertTrue(machine.countsAreEqual());
        machine.warren("reload", "alice.localhost").orFail();
        Await.until("the next generation alone", SOON, () -> generations("alice").size() == 1
            && generations("alice").path(0).path("number").asInt() == 2);
        long parent = parentOf("alice");
        kill(parent);
        Await.until("its end noticed", SOON, () -> generations("alice").isEmpty());
        assertEquals(200, get("alice", "/perl/who.pl").status());
    }

    @Test
    void theNextLauncherNoticesTheEndOfAParentAndOfTheConnectorThatItTookOver() throws Exception {
        killLauncher();
        machine.startWarren(configuration("red"));
        kill(parentOf("alice"));
        Await.until("its end noticed", SOON, () -> generations("alice").isEmpty());
        assertEquals(200, get("alice", "/perl/who.pl").status());
        long connector = killConnector();
        assertEquals(200, get("alice", "/perl/who.pl").status());
        assertNotEquals(connector, status().path("launcher").path("connectorPid").asLong());
    }

    @Test
    void whatWouldBeLaunchedOtherwiseIsRenewedWithoutAFailure() throws Exception {
        assertEquals("red", get("alice", "/perl/color.pl").body());
        long parent = parentOf("alice");
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<List<Reply>> failures = failuresUntil(over);
        killLauncher();
        machine.startWarren(configuration("blue"));
        Await.until("the new color", SOON, () -> get("alice", "/perl/color.pl").body().equals("blue"));
        over.set(true);
        assertEquals(List.of(), failures.get());
        Await.until("the old one's end", SOON, () -> !isAlive(parent));
    }

    @Test
    void whatBelongsToAnotherOwnerNowIsEndedBeforeAnythingIsServed() throws Exception {
        long parent = parentOf("alice");
        killLauncher();
        Path file = configuration("red");
        Files.writeString(file, Files.readString(file).replace("#" + Machine.ALICE, "#" + Machine.CAROL));
        machine.startWarren(file);
        assertFalse(isAlive(parent));
        Reply reply = get("alice", "/app/");
        assertTrue(reply.body().contains("uid=" + Machine.CAROL + " "), reply.toString());
    }

    @Test
    void requestsWaitWhileAKilledConnectorIsReplacedAndParentsStay() throws Exception {
        long busy = keepOneBusy();
        long parent = parentOf("alice");
        killConnector();
        long began = System.nanoTime();
        Reply reply = get("alice", "/perl/who.pl");
        long millis = (System.nanoTime() - began) / 1_000_000;
        System.out.println("from the connector's end to the first answer: " + millis + " ms");
        assertEquals(200, reply.status());
        assertTrue(millis < 20_000, millis + " ms");
        assertFalse(isAlive(busy), "an interpreter of the connector that has gone");
        assertEquals(parent, parentOf("alice"));
        Await.until("equal counts", SOON, machine::countsAreEqual);
    }

    @Test
    void aLaunchWhoseConnectorWasKilledIsTakenOverByTheNext() throws Exception {
        machine.write("bob", Machine.BOB, "app/app.psgi",
            "select undef, undef, undef, 2; sub { [200, ['Content-Type' => 'text/plain'], [\"loaded pid=$$\"]] }", "644");
        CompletableFuture<Integer> cut = CompletableFuture.supplyAsync(() -> {
            try {
                return get("bob", "/app/").status();
            } catch (Exception e) {
                return 0;
            }
        });
        Await.until("bob's launch", SOON, () -> generations("bob").size() == 1);
        long parent = parentOf("bob");
        killConnector();
        assertNotEquals(200, cut.get());
        assertTrue(get("bob", "/app/").body().startsWith("loaded"));
        assertEquals(1, generations("bob").size());
        assertEquals(parent, parentOf("bob"));
    }

    @Test
    void bothKilledServeAgainAfterAStartAndLeaveNothing() throws Exception {
        for (boolean launcherFirst : new boolean[] {true, false}) {
            long busy = keepOneBusy();
            long parent = parentOf("alice");
            long connector = status().path("launcher").path("connectorPid").asLong();
            if (launcherFirst) {
                killLauncher();
                kill(connector);
            } else {
                kill(connector);
                killLauncher();
            }
            machine.startWarren(configuration("red"));
            assertEquals(200, get("alice", "/perl/who.pl").status());
            assertEquals(parent, parentOf("alice"));
            assertFalse(isAlive(busy));
            Await.until("equal counts", SOON, machine::countsAreEqual);
        }
    }

    @Test
    void aSecondLauncherIsRefusedAndHarmsNothing() throws Exception {
        Command second = machine.warren("start", "-f", machine.base().resolve("httpd.conf").toString());
        assertEquals(4, second.exitStatus(), second.output());
        assertEquals(200, get("alice", "/perl/who.pl").status());
    }
}
