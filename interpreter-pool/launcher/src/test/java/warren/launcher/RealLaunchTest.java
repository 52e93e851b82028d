package warren.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import warren.launcher.cgroup.Cgroup;
import warren.launcher.stage.LaunchPlan;
import warren.launcher.stage.Preparation;
import warren.launcher.system.DescriptorStream;
import warren.launcher.system.Descriptors;
import warren.launcher.system.LinuxSystemCalls;
import warren.launcher.system.PidFd;
import warren.launcher.system.SystemCallFailed;
import warren.plugin.GroupId;
import warren.plugin.LaunchStep;
import warren.plugin.UserId;

/** The real launch stage, as root, becomes a shell that tells what it was given. */
class RealLaunchTest {
    private static final long CONNECTOR = 60100;
    private static final String TELL = """
        # by the shell itself: while it waits for a child of its own its signals are blocked
        while IFS= read -r line; do echo "$line"; done </proc/$$/status
        cat /proc/$$/cgroup /proc/$$/limits
        ls -l /proc/$$/fd
        tr '\\0' '\\n' </proc/$$/environ | sed 's/^/env /'
        echo "umask $(umask)"
        echo "stat $(cat /proc/$$/stat)"
        echo "cwd $(readlink /proc/$$/cwd)"
        echo "pid $$"
        echo end
        exec sleep 1000
        """;
    private static final Map<String, String> ENVIRONMENT = Map.of("PATH", "/usr/bin:/bin", "COLOR", "red\nand blue");

    private Scratch scratch;
    private Stages stages;

    @BeforeEach
    void startAStage() throws Exception {
        scratch = new Scratch();
        stages = new Stages(Scratch.CHILDREN, scratch.stage(), scratch.cgroups(), false, Preparation.NOTHING);
    }

    @AfterEach
    void endAll() throws Exception {
        stages.close();
        scratch.close();
    }

    private LaunchPlan plan(String script) {
        return new LaunchPlan(new LaunchPlan.StandardDescriptors.Generation(scratch.path("socket").toString(),
            scratch.path("log").toString(), CONNECTOR), new UserId(60101), new GroupId(60102),
            List.of(new GroupId(60104), new GroupId(60103)),
            List.of(new LaunchStep.SetLimit(LaunchStep.Resource.CORE_BYTES, 0, 0),
                new LaunchStep.SetLimit(LaunchStep.Resource.OPEN_FILES, 200, 300), new LaunchStep.SetNice(3)),
            new LaunchStep.Execute("/bin/sh", List.of("sh", "-c", script), ENVIRONMENT));
    }

    private String told() throws Exception {
        int fifo = new LinuxSystemCalls().open(scratch.path("log").toString(), 04000);
        try {
            InputStream stream = new DescriptorStream(fifo, Duration.ofSeconds(10)).input();
            StringBuilder text = new StringBuilder();
            byte[] part = new byte[65536];
            while (!text.toString().endsWith("\nend\n")) {
                int count = stream.read(part);
                assertTrue(count > 0, "the program ended early and said: " + text);
                text.append(new String(part, 0, count, StandardCharsets.UTF_8));
            }
            return text.toString();
        } finally {
            Descriptors.close(fifo);
        }
    }

    private static String line(String text, String start) {
        return text.lines().filter(line -> line.startsWith(start)).findFirst()
            .map(line -> line.substring(start.length()).strip().replaceAll("\\s+", " ")).orElse("(no " + start + ")");
    }

    @Test
    void givesTheProgramExactlyWhatWasPlanned() throws Exception {
        Stage stage = stages.take();
        Children.Child parent = stage.launch(plan(TELL));
        stage.release();
        String told = told();
        assertEquals("60101 60101 60101 60101", line(told, "Uid:"));
        assertEquals("60102 60102 60102 60102", line(told, "Gid:"));
        assertEquals("60103 60104", line(told, "Groups:"));
        for (String set : List.of("CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:")) {
            assertEquals("0000000000000000", line(told, set), set);
        }
        assertEquals("1", line(told, "NoNewPrivs:"));
        for (String signals : List.of("SigBlk:", "SigIgn:", "SigPnd:", "ShdPnd:")) {
            assertEquals("0000000000000000", line(told, signals), signals);
        }
        assertEquals("1", line(told, "Threads:"));
        assertEquals("0 0 bytes", line(told, "Max core file size"));
        assertEquals("200 300 files", line(told, "Max open files"));
        assertEquals("0022", line(told, "umask"));
        assertEquals("/", line(told, "cwd"));
        Path directory = stage.cgroup().directory();
        String group = "/quotas/" + directory.getParent().getFileName();
        assertTrue(line(told, "0::").endsWith(group + "/" + directory.getFileName()), line(told, "0::"));
        for (String controller : List.of("memory", "cpu", "pids", "blkio")) {
            Optional<String> old = told.lines().filter(l -> l.matches("[0-9]+:([^:]*,)?" + controller + "(,[^:]*)?:.*")).findFirst();
            assertTrue(old.isEmpty() || old.get().endsWith(group), old::toString);
        }
        assertEquals(parent.pid(), Integer.parseInt(line(told, "pid")), "no second process took part");
        String[] stat = line(told, "stat").split(" ");
        assertEquals(line(told, "pid"), stat[5], "its own session");
        assertEquals("0", stat[6], "no terminal");
        assertEquals("3", stat[18], "nice");
        assertDescriptors(told);
        assertEquals(new TreeSet<>(List.of("PATH=/usr/bin:/bin", "COLOR=red", "and blue")), new TreeSet<>(
            told.lines().filter(line -> line.startsWith("env ")).map(line -> line.substring(4)).toList()));
    }

    private void assertDescriptors(String told) {
        List<String> open = told.lines().filter(line -> line.contains(" -> ")).map(line -> line.replaceAll(".* (\\d+ -> )", "$1"))
            .toList();
        assertEquals(3, open.size(), open.toString());
        assertTrue(open.get(0).matches("0 -> socket:\\[\\d+]"), open.toString());
        assertEquals("1 -> " + scratch.path("log"), open.get(1));
        assertEquals("2 -> " + scratch.path("log"), open.get(2));
    }

    @Test
    void givesSocketAndLogToTheConnectorsUserAlone() throws Exception {
        Stage stage = stages.take();
        stage.launch(plan(TELL));
        stage.release();
        for (String name : List.of("socket", "log")) {
            assertEquals((int) CONNECTOR, Files.getAttribute(scratch.path(name), "unix:uid"));
            assertEquals(0600, (int) Files.getAttribute(scratch.path(name), "unix:mode") & 07777);
        }
        String connect = "use IO::Socket::UNIX; my $s = IO::Socket::UNIX->new(Peer => '" + scratch.path("socket")
            + "'); print $s ? 'connected' : \"refused: $!\"";
        assertEquals("connected", scratch.perlAs(CONNECTOR, connect));
        assertEquals("refused: Permission denied", scratch.perlAs(60101, connect));
        assertEquals("refused: Permission denied", scratch.perlAs(60199, connect));
    }

    @Test
    void saysPlaceCallAndErrnoOfAProgramThatIsNotThere() throws Exception {
        LaunchPlan plan = plan("");
        LaunchPlan missing = new LaunchPlan(plan.descriptors(), plan.user(), plan.group(), List.of(), List.of(),
            new LaunchStep.Execute("/no/such/program", List.of("x"), Map.of()));
        Stage stage = stages.take();
        LaunchFailure failure = assertThrows(LaunchFailure.class, () -> stage.launch(missing));
        stage.kill();
        assertTrue(failure.getMessage().startsWith("step=EXECUTE call=execve /no/such/program errno=ENOENT: the program"),
            failure.getMessage());
        assertFalse(stage.isAlive());
        assertEquals(List.of(), scratch.cgroups().generations());
    }

    @Test
    void saysTheSameOfACgroupThatIsNotThere() {
        LaunchFailure failure = assertThrows(LaunchFailure.class,
            () -> stages.start(List.of(), Cgroup.existing(Path.of("/no"))));
        assertTrue(failure.getMessage().startsWith("step=CGROUP call=open /no/cgroup.procs errno=ENOENT"),
            failure.getMessage());
    }

    @Test
    void replacesAWarmStageThatDied() throws Exception {
        stages.keepWarm(1);
        int dead = warmStage();
        try (PidFd pid = PidFd.open(dead)) {
            pid.send(PidFd.SIGKILL);
        }
        Scratch.await("the warm stage's end", () -> !Files.exists(Path.of("/proc/" + dead)));
        Stage stage = stages.take();
        stage.launch(plan(TELL));
        stage.release();
        assertEquals("60101 60101 60101 60101", line(told(), "Uid:"));
    }

    @Test
    void givesEachOfAHerdOfLaunchesAStageOfItsOwn() throws Exception {
        stages.keepWarm(2);
        Set<Integer> pids = ConcurrentHashMap.newKeySet();
        List<Thread> herd = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            herd.add(Thread.ofPlatform().start(() -> {
                try {
                    Stage stage = stages.take();
                    pids.add(stage.pid());
                    stage.kill();
                } catch (LaunchFailure e) {
                    throw new IllegalStateException(e);
                }
            }));
        }
        for (Thread one : herd) {
            one.join();
        }
        assertEquals(5, pids.size());
    }

    @Test
    void whatALaunchWaitsForStartsAtOnceUnlessItComesAfterFailures() throws Exception {
        assertTrue(turnsWhile(stages::take).contains("0"));
        assertEquals("1", turnsWhile(stages::takeAfterFailures).getFirst());
    }

    /** What {@code cpu.idle} of those that start was until there was one, from when the first was there. */
    private List<String> turnsWhile(Callable<Stage> take) throws Exception {
        Path idle = scratch.cgroups().starting().directory().orElseThrow().resolve("cpu.idle");
        Scratch.await("nobody's waiting", () -> starting().isEmpty() && read(idle).equals("1"));
        List<String> turns = new ArrayList<>();
        FutureTask<Stage> taken = new FutureTask<>(take);
        new Thread(taken, "launch").start();
        while (!taken.isDone()) {
            if (!starting().isEmpty()) {
                turns.add(read(idle));
            }
            LockSupport.parkNanos(1_000_000);
        }
        taken.get().kill();
        return turns;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** On a machine that is busy all the time nothing that comes last would ever start. */
    @Test
    void whatComesAfterFailuresIsNotLastForLong() throws Exception {
        StageProgram hangs = new StageProgram("/bin/sh", List.of("sh", "-c", "exec sleep 1000"));
        Path idle = scratch.cgroups().starting().directory().orElseThrow().resolve("cpu.idle");
        try (Stages slow = new Stages(Scratch.CHILDREN, hangs, scratch.cgroups(), false, Preparation.NOTHING)) {
            FutureTask<Stage> taken = new FutureTask<>(slow::takeAfterFailures);
            new Thread(taken, "launch").start();
            Scratch.await("one that starts", () -> !starting().isEmpty());
            assertEquals("1", read(idle));
            Scratch.await("its turn", () -> read(idle).equals("0"));
            starting().forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
            assertThrows(ExecutionException.class, taken::get);
            Scratch.await("nobody's waiting", () -> read(idle).equals("1"));
        }
    }

    /** The last warm one is for who has not failed. */
    @Test
    void aLaunchAfterFailuresLeavesOneWarmAndOthersGoFirst() throws Exception {
        stages.keepWarm(1);
        Scratch.await("a warm stage", () -> stages.warm() == 1);
        FutureTask<Stage> later = new FutureTask<>(stages::takeAfterFailures);
        new Thread(later, "later").start();
        Scratch.await("a start for it", () -> later.isDone() || countOfStages() == 2);
        Stage first = stages.take();
        assertTrue(first.isAlive());
        first.kill();
        later.get().kill();
    }

    @Test
    void keepsAsManyWarmAsItWasTold() throws Exception {
        stages.keepWarm(2);
        Scratch.await("one that starts where nobody waits for it", () -> !starting().isEmpty());
        Scratch.await("two warm stages", () -> countOfStages() == 2);
        Scratch.await("none that starts", () -> starting().isEmpty());
        stages.take().kill();
        Scratch.await("the next one", () -> countOfStages() == 2);
        stages.close();
        assertEquals(0, countOfStages());
    }

    @Test
    void tellsEveryLaunchThatWaitsWhyNoStageStarts() throws Exception {
        try (Stages broken = new Stages(Scratch.CHILDREN, new StageProgram("/bin/false", List.of("false")), scratch.cgroups(), false, Preparation.NOTHING)) {
            broken.keepWarm(1);
            for (int i = 0; i < 3; i++) {
                LaunchFailure failure = assertThrows(LaunchFailure.class, broken::take);
                assertTrue(failure.getMessage().contains("found that it had ended"), failure.getMessage());
            }
        }
        Path last = scratch.cgroups().starting().directory().orElseThrow().resolve("cpu.idle");
        assertEquals("1", Files.readString(last).strip(), "nobody waits any more");
    }

    private List<Integer> starting() {
        return Cgroup.existing(scratch.cgroups().starting().directory().orElseThrow()).processes();
    }

    private static long countOfStages() {
        return ProcessHandle.current().children().filter(child -> isStage(child.pid())).count();
    }

    /** The only child of ours that waits for a plan; one that is still starting would fail whoever takes it. */
    private int warmStage() {
        Scratch.await("a warm stage", () -> stages.warm() == 1);
        return ProcessHandle.current().children()
            .filter(child -> isStage(child.pid())).mapToInt(child -> (int) child.pid()).findFirst().orElseThrow();
    }

    private static boolean isStage(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline")).contains("LaunchStage");
        } catch (java.io.IOException gone) {
            return false;
        }
    }

    @Test
    void stageEndsWhenItsLauncherHasNoUseForIt() throws Exception {
        Stage stage = stages.take();
        stage.release();
        Scratch.await("its end", () -> !stage.isAlive());
    }

    @Test
    void aStoppedStageCostsTheDeadlineAndNoMore() throws Exception {
        Stage stage = stages.take();
        try (PidFd pinned = PidFd.open(stage.pid())) {
            pinned.send(19);
        }
        long started = System.nanoTime();
        LaunchFailure failure = assertThrows(LaunchFailure.class, () -> stage.launch(plan(TELL)));
        stage.kill();
        assertTrue(failure.getMessage().contains("did not finish within 10 s"), failure.getMessage());
        assertTrue(Duration.ofNanos(System.nanoTime() - started).toSeconds() < 20);
        assertFalse(stage.isAlive());
    }

    @Test
    void neverSignalsAChildThatWasReaped() throws Exception {
        Children.Child child = scratch.spawn(scratch.path("out"), "/bin/true");
        assertEquals(0, child.ended().get());
        child.signal(PidFd.SIGKILL);
        assertThrows(SystemCallFailed.class, () -> PidFd.open(child.pid()));
    }
}
