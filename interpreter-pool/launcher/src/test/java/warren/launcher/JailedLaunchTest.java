package warren.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import warren.launcher.attest.Finding;
import warren.launcher.attest.ReadBack;
import warren.launcher.stage.LaunchPlan;
import warren.launcher.stage.Preparation;
import warren.launcher.system.PidFd;
import warren.plugin.GroupId;
import warren.plugin.LaunchStep;
import warren.plugin.LaunchStep.Namespace;
import warren.plugin.RootEntry;
import warren.plugin.UserId;

/** The real launch stage, as process 1 of a PID namespace, in roots that it puts together. */
class JailedLaunchTest {
    private static final long OWNER = 60101;
    private static final int RACES = 15;
    private Scratch scratch;
    private Stages stages;
    private int launches;

    @BeforeEach
    void startAStage() throws Exception {
        scratch = new Scratch();
        stages = new Stages(Scratch.CHILDREN, scratch.stage(), scratch.cgroups(), true, Preparation.NOTHING);
        Files.createDirectory(scratch.path("root"));
        Files.createDirectory(scratch.path("out"));
        Files.setAttribute(scratch.path("out"), "unix:uid", (int) OWNER);
    }

    @AfterEach
    void endAll() throws Exception {
        stages.close();
        scratch.close();
        assertEquals(List.of(), Files.readAllLines(Path.of("/proc/self/mounts")).stream()
            .filter(line -> line.contains(scratch.path("").toString())).toList(), "mounts that are left");
    }

    private LaunchPlan plan(Optional<String> tree, List<RootEntry> more, String script) {
        List<RootEntry> entries = new ArrayList<>(List.of(new RootEntry.Processes("/proc"), new RootEntry.Shown(scratch.path("out").toString(), true, true)));
        if (tree.isEmpty()) {
            entries.addAll(List.of(new RootEntry.Shown("/usr", false, true), new RootEntry.AsOnHost("/bin"), new RootEntry.AsOnHost("/lib"),
                new RootEntry.AsOnHost("/lib64")));
        }
        entries.addAll(more);
        String name = "generation" + launches++;
        return new LaunchPlan(new LaunchPlan.StandardDescriptors.Generation(scratch.path(name + ".sock").toString(),
            scratch.path(name + ".log").toString(), 60100), new UserId(OWNER), new GroupId(OWNER), List.of(),
            List.of(new LaunchStep.Unshare(Set.of(Namespace.MOUNT, Namespace.PROCESSES, Namespace.IPC, Namespace.UTS)),
                new LaunchStep.OwnRoot(tree, entries)),
            scratch.path("root").toString(), new byte[0],
            new LaunchStep.Execute("/bin/sh", List.of("sh", "-c", script + "; exec sleep 1000"), Map.of("PATH", "/usr/bin:/bin")));
    }

    /** What the script has written to {@code out/told}; where it was not launched, why. */
    private String told(LaunchPlan plan) throws Exception {
        Files.deleteIfExists(scratch.path("out/told"));
        Stage stage = stages.take();
        try {
            Children.Child child = stage.launch(plan);
            List<Finding> differ = ReadBack.of(child.pid(), plan, stage.cgroup(), true).stream().filter(one -> !one.asPlanned()).toList();
            assertEquals(List.of(), differ);
            stage.release();
            Scratch.await("its word", () -> Files.exists(scratch.path("out/told")));
            child.signal(PidFd.SIGKILL);
            child.ended().get();
            stage.cgroup().killAndRemove(java.time.Duration.ofSeconds(5));
            return Files.readString(scratch.path("out/told")).strip();
        } catch (LaunchFailure e) {
            stage.kill();
            return e.getMessage();
        }
    }

    private String telling(String command) {
        return "(" + command + ") >" + scratch.path("out") + "/new 2>&1; mv " + scratch.path("out") + "/new " + scratch.path("out") + "/told";
    }

    @Test
    void itIsProcessOneAndSeesNoOther() throws Exception {
        assertEquals("1 1", told(plan(Optional.empty(), List.of(), telling("echo $$ $(ls -d /proc/[1-9] | wc -l)"))));
    }

    @Test
    void aPreparedTreeIsTheRoot() throws Exception {
        Path tree = Files.createDirectory(scratch.path("tree"));
        for (String directory : List.of("proc", "usr", scratch.path("out").toString().substring(1))) {
            Files.createDirectories(tree.resolve(directory));
        }
        for (String link : List.of("bin", "lib", "lib64")) {
            Files.createSymbolicLink(tree.resolve(link), Path.of("usr/" + link));
        }
        Files.writeString(tree.resolve("mark"), "of the tree");
        LaunchPlan plan = plan(Optional.of(tree.toString()), List.of(new RootEntry.Shown("/usr", false, true)),
            telling("cat /mark; touch /x"));
        String told = told(plan);
        assertTrue(told.startsWith("of the tree") && told.contains("Read-only file system"), told);
    }

    /** He renames and links while the root is put together: what is shown is his directory, or nothing is launched. */
    @Test
    void anOwnerWhoRacesTheLaunchGetsNothingElseIn() throws Exception {
        Path home = Files.createDirectory(scratch.path("home"));
        Files.setAttribute(home, "unix:uid", (int) OWNER);
        Path site = Files.createDirectory(home.resolve("site"));
        Files.writeString(site.resolve("mine"), "");
        Files.setAttribute(site, "unix:uid", (int) OWNER);
        int racer = scratch.start(scratch.path("racer"), "/usr/bin/perl", "-e",
            "chdir '" + home + "'; symlink '/etc', 'link'; $( = $) = '60101 60101'; $< = $> = 60101;"
                + " while (1) { rename 'site', 'aside'; symlink '/etc', 'site'; unlink 'site'; rename 'aside', 'site'; select undef, undef, undef, 0.001 }");
        try {
            int shown = 0;
            for (int i = 0; i < RACES; i++) {
                String told = told(plan(Optional.empty(), List.of(new RootEntry.Shown(site.toString(), true, true)), telling("ls " + site)));
                assertTrue(told.equals("mine") || told.contains("call=openat2 " + site + " errno="), told);
                shown += told.equals("mine") ? 1 : 0;
            }
            assertTrue(shown > 0, "no launch of " + RACES + " went through");
        } finally {
            ProcessHandle.of(racer).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    @Test
    void aSymbolicLinkAndAMissingDirectoryRefuseTheLaunch() throws Exception {
        Files.createSymbolicLink(scratch.path("link"), Path.of("/etc"));
        assertTrue(told(plan(Optional.empty(), List.of(new RootEntry.Shown(scratch.path("link").toString(), true, true)), "true"))
            .startsWith("step=ROOT call=openat2 " + scratch.path("link") + " errno=ELOOP"));
        assertTrue(told(plan(Optional.empty(), List.of(new RootEntry.Shown("/there/is/none", true, true)), "true"))
            .startsWith("step=ROOT call=openat2 /there/is/none errno=ENOENT"));
    }

    /** As the resolver's file is where systemd makes it, or MariaDB's by Debian's alternatives. */
    @Test
    void aSymbolicLinkOfTheMachinesIsShownAsWhatItLeadsTo() throws Exception {
        Files.writeString(scratch.path("made"), "of the machine");
        Files.createSymbolicLink(scratch.path("link"), scratch.path("made"));
        Files.createSymbolicLink(scratch.path("dangling"), scratch.path("nothing"));
        LaunchPlan plan = plan(Optional.empty(), List.of(new RootEntry.Resolved(scratch.path("link").toString()),
            new RootEntry.Resolved(scratch.path("dangling").toString())),
            telling("cat " + scratch.path("link") + "; test -e " + scratch.path("dangling") + " || echo ' none'"));
        assertEquals("of the machine none", told(plan));
    }

    @Test
    void whatIsHiddenIsEmptyAndAFileOfItIsToo() throws Exception {
        Path home = Files.createDirectories(scratch.path("home/inner"));
        Files.writeString(home.resolve("file"), "seen");
        Files.writeString(scratch.path("home/secret"), "seen");
        LaunchPlan plan = plan(Optional.empty(), List.of(new RootEntry.Shown(scratch.path("home").toString(), true, true),
            new RootEntry.Hidden(home.toString()), new RootEntry.Hidden(scratch.path("home/secret").toString()), new RootEntry.Hidden("/usr/there/is/none")),
            telling("ls " + home + " | wc -l; cat " + scratch.path("home/secret") + " | wc -c"));
        assertEquals("0\n0", told(plan));
    }
}
