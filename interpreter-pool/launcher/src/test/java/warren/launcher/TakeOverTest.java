package warren.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import warren.launcher.credentials.CredentialStore;
import warren.contract.GenerationId;
import warren.contract.PoolSettings;
import warren.contract.VirtualHost;
import warren.contract.VirtualHostName;
import warren.launcher.cgroup.Cgroup;
import warren.launcher.cgroup.CgroupTree;
import warren.launcher.stage.Preparation;
import warren.launcher.system.EndWatch;
import warren.launcher.system.PidFd;
import warren.plugin.GroupId;
import warren.plugin.UserId;

/** Real generations, and the launcher's part that comes after the one that launched them. */
class TakeOverTest {
    private static final long CONNECTOR = 60100;
    private static final VirtualHostName ALICE = new VirtualHostName("alice");
    private static final GenerationId FIRST = new GenerationId(ALICE, 1);
    private Scratch scratch;
    private Directories directories;
    private WarmStages stages;
    private LaunchPlans plans;
    private Generations before;
    private Generations after;
    private Site site;

    @BeforeEach
    void launchOne() throws Exception {
        scratch = new Scratch();
        directories = scratch.directories(CONNECTOR);
        ShellPlugin.install(scratch.path("plugins"));
        stages = new WarmStages(Scratch.CHILDREN, scratch.stage(), scratch.cgroups(), Preparation.NOTHING);
        plans = new LaunchPlans(Plugins.load(scratch.path("plugins")), new CredentialStore(scratch.path("state")), scratch.path("run/root"),
            scratch.path("run/credentials"));
        before = generations();
        after = generations();
        site = ShellPlugin.site(ALICE, scratch.script("sleep 1000 & wait; exec sleep 1000"));
        before.launch(site, false);
    }

    @AfterEach
    void remove() throws IOException {
        before.stopAll();
        after.stopAll();
        stages.close();
        scratch.close();
    }

    private Generations generations() {
        return new Generations(scratch.cgroups(), directories, stages, plans, CONNECTOR);
    }

    private LeftGenerations takeOver(Site... configured) throws IOException {
        Map<VirtualHostName, Site> sites =
            configured.length == 0 ? Map.of() : Map.of(ALICE, configured[0]);
        LeftGenerations left = LeftGenerations.find(scratch.cgroups(), directories, plans, new EndWatch(),
            new Configuration(1, sites));
        after.takeOver(left);
        return left;
    }

    private Path note() {
        return directories.generationNotes().resolve("alice.1");
    }

    private void assertEnded() {
        assertEquals(List.of(), List.copyOf(after.running()));
        Scratch.await("its end", () -> scratch.cgroupOf(FIRST).isEmpty() && before.running().isEmpty());
        assertFalse(Files.exists(directories.generationSocket(FIRST)) || Files.exists(directories.generationLog(FIRST)));
    }

    @Test
    void takesOverWhatRunsAsItsNoteSaysAndStopsItOnDemand() throws Exception {
        Generation launched = before.running().iterator().next();
        assertEquals(Set.of(), takeOver(site).changed());
        Generation same = after.running().iterator().next();
        assertEquals(launched.id(), same.id());
        assertEquals(launched.parent().pid(), same.parent().pid());
        assertEquals(launched.since(), same.since());
        assertTrue(Files.exists(directories.generationSocket(FIRST)) && Files.exists(directories.generationLog(FIRST)));
        after.stop(FIRST, false);
        assertEnded();
    }

    @Test
    void noticesTheEndOfAParentThatItDidNotStart() throws Exception {
        takeOver(site);
        try (PidFd parent = PidFd.open(after.running().iterator().next().parent().pid())) {
            parent.send(PidFd.SIGKILL);
        }
        Scratch.await("its end", () -> after.running().isEmpty());
        Scratch.await("the end of all that it started", () -> scratch.cgroupOf(FIRST).isEmpty());
    }

    @Test
    void killsAnInterpreterOfWhatItTookOver() throws Exception {
        takeOver(site);
        Generation same = after.running().iterator().next();
        Scratch.await("its child", () -> same.interpreters().size() == 1);
        int child = same.interpreters().get(0);
        assertTrue(after.kill(FIRST, child, false));
        Scratch.await("the child's end", () -> !same.cgroup().contains(child));
    }

    @Test
    void endsWhatHasNoNote() throws Exception {
        Files.delete(note());
        takeOver(site);
        assertEnded();
    }

    @Test
    void endsWhatHasADamagedNote() throws Exception {
        Files.writeString(note(), Files.readString(note()).substring(0, 20));
        takeOver(site);
        assertEnded();
    }

    @Test
    void endsWhatTheNotesPidDoesNotBelongTo() throws Exception {
        Note right = Note.parse(Files.readString(note()));
        for (Note wrong : List.of(
                new Note(right.pid(), right.startTicks() + 1, right.since(), right.user(), right.group(), List.of(),
                    right.fingerprint()),
                Note.of((int) ProcessHandle.current().pid(), right.since(), right.user(), right.group(), List.of(),
                    right.fingerprint()))) {
            EndWatch watch = new EndWatch();
            assertTrue(AdoptedProcess.find(right, scratch.cgroupOf(FIRST).orElseThrow(), watch).isPresent());
            assertTrue(AdoptedProcess.find(wrong, scratch.cgroupOf(FIRST).orElseThrow(), watch).isEmpty());
            new Notes(directories.generationNotes()).write("alice.1", wrong);
        }
        takeOver(site);
        assertEnded();
    }

    @Test
    void endsWhatIsNotConfiguredAnyMore() throws Exception {
        takeOver();
        assertEnded();
    }

    @Test
    void endsWhatIsQuarantined() throws Exception {
        takeOver(new Site(new VirtualHost(ALICE, Optional.empty(), "/", List.of(), false, PoolSettings.DEFAULT, 0,
            Optional.of("a mistake")), Optional.empty(), List.of(), List.of()));
        assertEnded();
    }

    @Test
    void endsWhatBelongsToAnotherOwnerNow() throws Exception {
        for (Site.Owner other : List.of(new Site.Owner(new UserId(60103), new GroupId(60102), List.of(), Path.of("/"), Optional.empty()),
                new Site.Owner(new UserId(60101), new GroupId(60103), List.of(), Path.of("/"), Optional.empty()),
                new Site.Owner(new UserId(60101), new GroupId(60102), List.of(new GroupId(60103)), Path.of("/"), Optional.empty()))) {
            takeOver(new Site(site.virtualHost(), Optional.of(other), site.plugins(), List.of()));
            assertEquals(List.of(), List.copyOf(after.running()), other.toString());
        }
        assertEnded();
    }

    @Test
    void saysWhatWouldBeLaunchedOtherwiseNow() throws Exception {
        Site other = ShellPlugin.site(ALICE, scratch.script("exec sleep 999"));
        assertEquals(Set.of(ALICE), takeOver(other).changed());
        assertEquals(1, after.running().size());
        assertEquals(0, after.list().get(0).reloads());
    }

    @Test
    void saysSoOfWhatCouldNotBeLaunchedNow() throws Exception {
        assertEquals(Set.of(ALICE),
            takeOver(ShellPlugin.site(ALICE, site.virtualHost().documentRoot(), List.of("shell", "quotas"))).changed());
        assertEquals(1, after.running().size());
    }

    @Test
    void usesNoNumberTwiceEvenOfWhatHadEnded() throws Exception {
        before.stop(before.launch(site, false).generation(), false);
        before.launch(site, false);
        before.stop(new GenerationId(ALICE, 3), false);
        takeOver(site);
        assertEquals(4, after.launch(site, false).generation().number());
        after.stop(FIRST, false);
        assertEquals(List.of("alice.4"), new Notes(directories.generationNotes()).names());
    }

    @Test
    void countsWhatItTookOver() throws Exception {
        takeOver(site);
        for (int more = 0; more < 3; more++) {
            after.launch(site, false);
        }
        assertTrue(org.junit.jupiter.api.Assertions.assertThrows(LaunchFailure.class, () -> after.launch(site, false))
            .getMessage().contains("4 generations run already"));
    }

    @Test
    void removesWhatALaunchLeftThatWasUnderWay() throws Exception {
        Path socket = Files.createFile(directories.generationSocket(new GenerationId(ALICE, 2)));
        Path empty = scratch.cgroup(new GenerationId(ALICE, 2)).directory();
        Path unused = scratch.cgroups().createForStage().directory();
        takeOver(site);
        assertFalse(Files.exists(socket) || Files.exists(empty) || Files.exists(unused));
        assertEquals(3, after.launch(site, false).generation().number());
    }

    @Test
    void findsTheTreeOfALauncherThatRanInAnotherCgroup() throws Exception {
        String name = scratch.cgroups().directory().getFileName().toString();
        Cgroup other = scratch.cgroups().createForConnector(1);
        Path elsewhere = Cgroup.create(other.directory().resolve(name)).directory();
        List<String> note = new ArrayList<>(scratch.cgroups().note());
        note.set(0, elsewhere.toString());
        CgroupTree found = CgroupTree.open(name, note);
        assertEquals(note, found.note());
        Files.delete(elsewhere.resolve("quotas"));
        Files.delete(elsewhere);
        assertEquals(scratch.cgroups().note(), CgroupTree.open(name, note).note());
    }
}
