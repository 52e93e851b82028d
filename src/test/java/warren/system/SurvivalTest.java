package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each of launcher, connector and parents outlives the others' death; what is replaced takes over what runs. */
final class SurvivalTest {
    private static final Duration SOON = Duration.ofSeconds(60);
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
        long pid = connector();
        Processes.kill(pid);
        return pid;
    }

    /** By the kernel's account, of which {@code warren status} makes its own. The stage for the next is still root's. */
    private static long connector() throws Exception {
        return Processes.of(Machine.CONNECTOR).stream().mapToLong(Long::parseLong).filter(Processes::isAlive)
            .findFirst().orElseThrow();
    }

    /** The cgroups of a virtual host's generations. */
    private List<Path> generations(String owner) throws Exception {
        // quotas/GROUP/NUMBER
        return directories(machine.cgroup().resolve("quotas")).flatMap(SurvivalTest::directories)
            .filter(path -> nameOf(path).matches(owner + "\\.localhost\\.[0-9]+")).sorted(Comparator.comparing(SurvivalTest::nameOf)).toList();
    }

    /** None where it has gone meanwhile. */
    private static Stream<Path> directories(Path directory) {
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(Files::isDirectory).toList().stream();
        } catch (IOException gone) {
            return Stream.empty();
        }
    }

    /** As the launcher wrote it on the cgroup; empty for a launch stage that waits. */
    private static String nameOf(Path cgroup) {
        try {
            UserDefinedFileAttributeView attributes =
                Files.getFileAttributeView(cgroup, UserDefinedFileAttributeView.class);
            ByteBuffer name = ByteBuffer.allocate(attributes.size("warren.generation"));
            attributes.read("warren.generation", name);
            return StandardCharsets.UTF_8.decode(name.flip()).toString();
        } catch (IOException unnamed) {
            return "";
        }
    }

    private static List<Long> processes(Path cgroup) throws IOException {
        return Files.readAllLines(cgroup.resolve("cgroup.procs")).stream().map(Long::valueOf).toList();
    }

    private long parentOf(String owner) throws Exception {
        Path note = machine.base().resolve("run/notes/generations/" + nameOf(generations(owner).get(0)));
        return Long.parseLong(Files.readAllLines(note).get(0).replace("pid=", ""));
    }

    private static boolean isBusy(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/status")).contains("\nState:\tR");
        } catch (IOException gone) {
            return false;
        }
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
        long parent = parentOf("alice");
        Path cgroup = generations("alice").get(0);
        Await.until("a busy interpreter", SOON, () -> processes(cgroup).stream().anyMatch(SurvivalTest::isBusy));
        return processes(cgroup).stream().filter(pid -> pid != parent && isBusy(pid)).findFirst().orElseThrow();
    }

    @Test
    void aKilledLauncherFailsNoRequestAndTheNextTakesOverWhatRuns() throws Exception {
        long parent = parentOf("alice");
        long connector = connector();
        List<ProcessHandle> children = machine.launcher().children().toList();
        ProcessHandle stage = children.stream().filter(child -> child.info().commandLine().orElse("")
            .contains("LaunchStage")).findFirst().orElseThrow();
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<List<Reply>> failures = failuresUntil(over);
        killLauncher();
        Await.until("the end of the stage that waited", SOON, () -> !Processes.isAlive(stage.pid()));
        assertEquals(503, get("bob", "/perl/who.pl").status(), "what does not run cannot be launched");
        machine.startWarren(configuration("red"));
        Healing.after("launcher killed, a launch by the next", () -> {
            assertEquals(200, get("bob", "/perl/who.pl").status(), "no back-off of the time without a launcher");
            return true;
        });
        over.set(true);
        assertEquals(List.of(), failures.get());
        assertTakenOver(connector, parent);
        machine.warren("reload", "alice.localhost").orFail();
        Await.until("the next generation alone", SOON, () -> generations("alice").size() == 1
            && nameOf(generations("alice").get(0)).endsWith(".2"));
    }

    /** {@code warren status} knows the same again, and the counts of both sides are equal. */
    private void assertTakenOver(long connector, long parent) throws Exception {
        JsonNode launcher = new ObjectMapper().readTree(machine.warren("status", "--json").orFail()).path("launcher");
        assertEquals(connector, launcher.path("connectorPid").asLong());
        JsonNode generation = launcher.path("virtualHosts").path(0).path("generations").path(0);
        assertEquals(1, generation.path("number").asInt());
        assertEquals(parent, generation.path("parentPid").asLong());
        assertTrue(machine.countsAreEqual());
    }

    @Test
    void theNextLauncherNoticesTheEndOfAParentAndOfTheConnectorThatItTookOver() throws Exception {
        killLauncher();
        machine.startWarren(configuration("red"));
        Processes.kill(parentOf("alice"));
        Await.until("its end noticed", SOON, () -> generations("alice").isEmpty());
        assertEquals(200, get("alice", "/perl/who.pl").status());
        long connector = killConnector();
        assertEquals(200, get("alice", "/perl/who.pl").status());
        assertNotEquals(connector, connector());
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
        Await.until("the old one's end", SOON, () -> !Processes.isAlive(parent));
    }

    @Test
    void whatBelongsToAnotherOwnerNowIsEndedBeforeAnythingIsServed() throws Exception {
        long parent = parentOf("alice");
        killLauncher();
        Path file = configuration("red");
        Files.writeString(file, Files.readString(file).replace("#" + Machine.ALICE, "#" + Machine.CAROL));
        Command.run("chown", "-R", Machine.CAROL + ":" + Machine.CAROL, machine.site("alice").toString()).orFail();
        machine.startWarren(file);
        assertFalse(Processes.isAlive(parent));
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
        assertFalse(Processes.isAlive(busy), "an interpreter of the connector that has gone");
        assertEquals(parent, parentOf("alice"));
        Await.until("equal counts", SOON, machine::countsAreEqual);
    }

    @Test
    void aLaunchWhoseConnectorWasKilledIsTakenOverByTheNext() throws Exception {
        Path gate = machine.site("bob").resolve("gate");
        machine.write("bob", Machine.BOB, "app/app.psgi", "select undef, undef, undef, 0.05 while !-e '" + gate
            + "'; sub { [200, ['Content-Type' => 'text/plain'], [\"loaded pid=$$\"]] }", "644");
        CompletableFuture<Integer> cut = CompletableFuture.supplyAsync(() -> {
            try {
                return get("bob", "/app/").status();
            } catch (Exception e) {
                return 0;
            }
        });
        Await.until("bob's launch", SOON,
            () -> Files.exists(machine.base().resolve("run/notes/generations/bob.localhost.1")));
        long parent = parentOf("bob");
        killConnector();
        assertNotEquals(200, cut.get());
        Files.createFile(gate);
        assertTrue(get("bob", "/app/").body().startsWith("loaded"));
        assertEquals(1, generations("bob").size());
        assertEquals(parent, parentOf("bob"));
    }

    @Test
    void bothKilledServeAgainAfterAStartAndLeaveNothing() throws Exception {
        for (boolean launcherFirst : new boolean[] {true, false}) {
            long busy = keepOneBusy();
            long parent = parentOf("alice");
            long connector = connector();
            if (launcherFirst) {
                killLauncher();
                Processes.kill(connector);
            } else {
                Processes.kill(connector);
                killLauncher();
            }
            machine.startWarren(configuration("red"));
            assertEquals(200, get("alice", "/perl/who.pl").status());
            assertEquals(parent, parentOf("alice"));
            assertFalse(Processes.isAlive(busy));
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
