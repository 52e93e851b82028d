package warren.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import warren.launcher.credentials.CredentialStore;
import warren.contract.Answer;
import warren.contract.GenerationId;
import warren.contract.VirtualHostName;
import warren.launcher.stage.Preparation;

/** Real generations whose parent interpreter is a shell. */
class GenerationsTest {
    private static final long CONNECTOR = 60100;
    private static final VirtualHostName ALICE = new VirtualHostName("alice");
    private Scratch scratch;
    private Directories directories;
    private WarmStages stages;
    private Generations generations;

    @BeforeEach
    void make() throws IOException {
        scratch = new Scratch();
        directories = scratch.directories(CONNECTOR);
        ShellPlugin.install(scratch.path("plugins"));
        stages = new WarmStages(Scratch.CHILDREN, scratch.stage(), scratch.cgroups(), Preparation.NOTHING);
        generations = new Generations(scratch.cgroups(), directories, stages,
            new LaunchPlans(Plugins.load(scratch.path("plugins")), new CredentialStore(scratch.path("state")), scratch.path("run/root"),
            scratch.path("run/credentials")), CONNECTOR);
    }

    @AfterEach
    void remove() throws IOException {
        generations.stopAll();
        stages.close();
        scratch.close();
    }

    private Site site(String script) throws IOException {
        return ShellPlugin.site(ALICE, scratch.script(script));
    }

    private static Site site(String documentRoot, List<String> plugins) {
        return ShellPlugin.site(ALICE, documentRoot, plugins);
    }

    private Generation only() {
        return generations.running().iterator().next();
    }

    private void assertNothingIsLeft(GenerationId id) {
        assertFalse(Files.exists(directories.generationSocket(id)), "socket");
        assertFalse(Files.exists(directories.generationLog(id)), "FIFO");
        assertTrue(scratch.cgroupOf(id).isEmpty(), "cgroup");
    }

    @Test
    void stopsAGenerationWithEverythingItStarted() throws Exception {
        Answer.Launched launched = generations.launch(site("setsid sleep 1000 & sleep 1000 & wait"), false);
        Scratch.await("both", () -> only().cgroup().processes().size() == 3);
        generations.stop(launched.generation(), false);
        assertEquals(List.of(), List.copyOf(generations.running()));
        assertNothingIsLeft(launched.generation());
    }

    @Test
    void endsAGenerationWhoseParentEnded() throws Exception {
        Answer.Launched launched = generations.launch(site("setsid sleep 1000 & exit 3"), false);
        Scratch.await("its end", () -> generations.running().isEmpty()
            && scratch.cgroupOf(launched.generation()).isEmpty()
            && !Files.exists(directories.generationSocket(launched.generation())));
        Scratch.await("its FIFO's end", () -> !Files.exists(directories.generationLog(launched.generation())));
    }

    @Test
    void numbersGenerationsAndRefusesTheFifthAtOnce() throws Exception {
        Site site = site("exec sleep 1000");
        for (int number = 1; number <= 4; number++) {
            assertEquals(new GenerationId(ALICE, number), generations.launch(site, false).generation());
        }
        LaunchFailure refused = assertThrows(LaunchFailure.class, () -> generations.launch(site, false));
        assertTrue(refused.getMessage().contains("4 generations run already"), refused.getMessage());
        generations.stop(new GenerationId(ALICE, 1), false);
        assertEquals(new GenerationId(ALICE, 5), generations.launch(site, false).generation());
    }

    @Test
    void leavesNothingOfAFailedLaunch() throws Exception {
        Files.createFile(directories.generationLog(new GenerationId(ALICE, 1)));
        Site site = site("exec sleep 1000");
        LaunchFailure failure = assertThrows(LaunchFailure.class, () -> generations.launch(site, false));
        assertTrue(failure.getMessage().startsWith("step=DESCRIPTORS call=mkfifo "), failure.getMessage());
        assertNothingIsLeft(new GenerationId(ALICE, 1));
        assertEquals(2, generations.launch(site, false).generation().number());
    }

    @Test
    void aFailedLaunchLeavesTheQuotasOfWhatRunsAsTheyWere() throws Exception {
        Site site = site("sleep 1000");
        Answer.Launched first = generations.launch(site, false);
        assertEquals(Integer.toString(ShellPlugin.MOST_PROCESSES), mostProcesses());
        Files.createFile(directories.generationSocket(new GenerationId(ALICE, first.generation().number() + 1)));
        assertThrows(LaunchFailure.class, () -> generations.launch(site, false));
        assertEquals(Integer.toString(ShellPlugin.MOST_PROCESSES), mostProcesses());
        generations.launch(site, false);
        assertEquals(Integer.toString(2 * ShellPlugin.MOST_PROCESSES), mostProcesses(), "two overlap");
    }

    /** Of the group of the one that was launched first, in whichever tree limits it. */
    private String mostProcesses() throws IOException {
        Path group = only().cgroup().directory().getParent();
        Path tree = scratch.cgroups().note().stream().filter(line -> line.startsWith("PROCESSES "))
            .map(line -> Path.of(line.replaceFirst("PROCESSES ", "")).resolve("quotas").resolve(group.getFileName())).findFirst().orElse(group);
        return Files.readString(tree.resolve("pids.max")).strip();
    }

    @Test
    void aFailedLaunchTakesNoRoom() throws Exception {
        for (int i = 0; i < 6; i++) {
            LaunchFailure failure =
                assertThrows(LaunchFailure.class, () -> generations.launch(site("/refused", List.of("shell")), false));
            assertTrue(failure.getMessage().contains("step=plugin shell"), failure.getMessage());
            assertTrue(failure.getMessage().contains("no wish to run"), failure.getMessage());
        }
    }

    @Test
    void refusesAPluginThatWouldLimitTheMachinesSystemVIpc() {
        LaunchFailure failure =
            assertThrows(LaunchFailure.class, () -> generations.launch(site("/limits-the-machine", List.of("shell")), false));
        assertTrue(failure.getMessage().contains("System V IPC before an IPC namespace of the launch's own"), failure.getMessage());
    }

    @Test
    void refusesAPluginThatIsNotInstalled() {
        LaunchFailure failure =
            assertThrows(LaunchFailure.class, () -> generations.launch(site("/x", List.of("shell", "quotas")), false));
        assertTrue(failure.getMessage().contains("\"quotas\" is asked for and not installed"), failure.getMessage());
    }

    @Test
    void killsOnlyWithinItsOwnCgroupAndNeverTheParent() throws Exception {
        Answer.Launched launched = generations.launch(site("sleep 1000 & wait; exec sleep 1000"), false);
        Scratch.await("its child", () -> only().cgroup().processes().size() == 2);
        GenerationId id = launched.generation();
        int parent = only().parent().pid();
        int child = only().cgroup().processes().stream().filter(pid -> pid != parent).findFirst().orElseThrow();
        Children.Child bystander = scratch.spawn(scratch.path("bystander"), "/bin/sleep", "1000");
        assertFalse(generations.kill(id, bystander.pid(), false), "a process outside");
        assertFalse(generations.kill(id, (int) ProcessHandle.current().pid(), false), "the launcher itself");
        assertFalse(generations.kill(id, parent, false), "the parent");
        assertFalse(generations.kill(id, 1, false), "init");
        assertFalse(generations.kill(new GenerationId(ALICE, 99), child, false), "another generation");
        assertFalse(bystander.isReaped());
        assertTrue(generations.kill(id, child, false));
        Scratch.await("the child's end", () -> !only().cgroup().processes().contains(child));
        assertEquals(1, generations.running().size());
        bystander.signal(9);
    }

    @Test
    void preparesTheOwnersLogBeforeTheLaunch() throws Exception {
        generations.launch(site("exec sleep 1000"), false);
        Path log = directories.ownersLogs().resolve("alice.log");
        assertEquals((int) CONNECTOR, Files.getAttribute(log, "unix:uid"));
    }

    @Test
    void asksWhereAnInterpreterIsBeforeItKillsIt() throws Exception {
        Path told = Files.createDirectory(scratch.path("told"));
        Files.setAttribute(told, "unix:uid", 60101);
        // by perl: what a shell starts with & ignores SIGQUIT for good
        Answer.Launched launched = generations.launch(site("perl -e '$SIG{QUIT} = sub { open W, q(>), $ARGV[1];"
            + " print W q(here); close W; exit }; open R, q(>), $ARGV[0]; close R; sleep 1000' " + told + "/ready " + told
            + "/where & wait; exec sleep 1000"), false);
        Scratch.await("its child", () -> Files.exists(told.resolve("ready")));
        assertTrue(generations.kill(launched.generation(), onlyInterpreter(), true));
        Scratch.await("the child's end", () -> only().interpreters().isEmpty());
        assertEquals("here", Files.readString(told.resolve("where")));
    }

    @Test
    void tellsToEndWhatDoesNotSayWhereItIs() throws Exception {
        Path told = Files.createDirectory(scratch.path("told"));
        Files.setAttribute(told, "unix:uid", 60101);
        Answer.Launched launched = generations.launch(site("perl -e '$SIG{QUIT} = q(IGNORE); $SIG{TERM} = sub { open W, q(>),"
            + " $ARGV[1]; print W q(rolled back); close W; exit }; open R, q(>), $ARGV[0]; close R; sleep 1000' " + told
            + "/ready " + told + "/end & wait; exec sleep 1000"), false);
        Scratch.await("its child", () -> Files.exists(told.resolve("ready")));
        assertTrue(generations.kill(launched.generation(), onlyInterpreter(), true));
        Scratch.await("the child's end", () -> only().interpreters().isEmpty());
        assertEquals("rolled back", Files.readString(told.resolve("end")));
    }

    @Test
    void killsInTheEndWhatIgnoresThat() throws Exception {
        Answer.Launched launched =
            generations.launch(site("(trap '' QUIT TERM; exec sleep 1000) & wait; exec sleep 1000"), false);
        Scratch.await("its child", () -> only().interpreters().size() == 1 && isSleep(only().interpreters().get(0)));
        assertTrue(generations.kill(launched.generation(), onlyInterpreter(), true));
        Scratch.await("the child's end", () -> only().cgroup().processes().size() == 1);
    }

    private int onlyInterpreter() {
        return only().interpreters().get(0);
    }

    private static boolean isSleep(int pid) {
        return ProcessHandle.of(pid).flatMap(process -> process.info().command()).orElse("").endsWith("/sleep");
    }

    @Test
    void endsTheInterpretersOfADeadConnectorAndNeitherParentsNorDaemons() throws Exception {
        generations.launch(site("(setsid sleep 1000 &); (while :; do :; done) & sleep 1000 & wait; exec sleep 1000"), false);
        Scratch.await("all of them", () -> only().cgroup().processes().size() == 4 && only().interpreters().size() == 2);
        generations.endInterpreters();
        Scratch.await("their end", () -> only().cgroup().processes().size() == 2 && only().interpreters().isEmpty());
        assertTrue(only().cgroup().contains(only().parent().pid()));
    }

    @Test
    void stopsWhatWasLaunchedForAConnectorThatHasGoneUnlessTheNextOneKnowsIt() throws Exception {
        GenerationId first = generations.launch(site("exec sleep 1000"), false).generation();
        generations.stopUnlessKnown(first);
        assertEquals(List.of(), List.copyOf(generations.running()));
        GenerationId second = generations.launch(site("exec sleep 1000"), false).generation();
        assertEquals(second, generations.list().get(0).launched().generation());
        generations.stopUnlessKnown(second);
        assertEquals(second, only().id());
    }
}
