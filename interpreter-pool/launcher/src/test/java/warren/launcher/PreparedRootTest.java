package warren.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
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

/** The real launch stage, which has put together what roots have in common before it got its plan. */
class PreparedRootTest {
    private static final long OWNER = 60101;
    private static final Duration END = Duration.ofSeconds(5);
    /** Mounts without their numbers, and each file of the root itself. */
    private static final String ALL = "perl -e 'open F, \"/proc/self/mountinfo\"; print sort map { my ($m, $t) = split / - /; "
        + "join(\" \", (split / /, $m)[3 .. 5], (split / /, $t)[0]) . \"\\n\" } <F>'; find / /dev -xdev -printf \"%p %y %M %U %l\\n\" | sort";
    private Scratch scratch;
    private Path shown;
    private int launches;

    @BeforeEach
    void make() throws Exception {
        scratch = new Scratch();
        Files.createDirectory(scratch.path("root"));
        Files.createDirectory(scratch.path("out"));
        Files.setAttribute(scratch.path("out"), "unix:uid", (int) OWNER);
        shown = Files.createDirectories(scratch.path("shown"));
        Files.createDirectory(shown.resolve("inner"));
        Files.writeString(shown.resolve("inner/file"), "of the disk");
        Files.writeString(scratch.path("file"), "before");
        Files.createSymbolicLink(scratch.path("link"), scratch.path("file"));
    }

    @AfterEach
    void remove() throws Exception {
        scratch.close();
        assertEquals(List.of(), mounts());
    }

    private List<String> mounts() throws Exception {
        return Files.readAllLines(Path.of("/proc/self/mounts")).stream().filter(line -> line.contains(scratch.path("").toString())).toList();
    }

    private List<RootEntry> common() {
        return List.of(new RootEntry.Shown("/usr", false, true), new RootEntry.AsOnHost("/bin"), new RootEntry.AsOnHost("/lib"),
            new RootEntry.AsOnHost("/lib64"), new RootEntry.AsOnHost("/there/is/none"), new RootEntry.Memory("/dev", "mode=755,size=64k"),
            new RootEntry.Device("/dev/null", 1, 3), new RootEntry.Link("/dev/fd", "/proc/self/fd"), new RootEntry.Memory("/tmp", "mode=1777,size=64k"),
            new RootEntry.Processes("/proc"), new RootEntry.Directory("/run"), new RootEntry.Shown(shown.toString(), false, true),
            new RootEntry.Shown(scratch.path("file").toString(), false, true), new RootEntry.Resolved(scratch.path("link").toString()));
    }

    private Stages stages(Preparation preparation) {
        return new Stages(Scratch.CHILDREN, scratch.stage(), scratch.cgroups(), true, preparation);
    }

    private Preparation preparation() {
        return new Preparation(scratch.path("root").toString(), common());
    }

    private LaunchPlan plan(Optional<String> tree, List<RootEntry> entries, String script) {
        List<RootEntry> all = new ArrayList<>(entries);
        all.addAll(List.of(new RootEntry.Shown(scratch.path("out").toString(), true, true), new RootEntry.Hidden(shown + "/inner/file"),
            new RootEntry.Text("/etc/passwd", "alice:x:60101:60101::/:/bin/sh\n"), new RootEntry.Directory("/run/credentials")));
        String name = "generation" + launches++;
        return new LaunchPlan(new LaunchPlan.StandardDescriptors.Generation(scratch.path(name + ".sock").toString(),
            scratch.path(name + ".log").toString(), 60100), new UserId(OWNER), new GroupId(OWNER), List.of(),
            List.of(new LaunchStep.Unshare(Set.of(Namespace.MOUNT, Namespace.PROCESSES, Namespace.IPC, Namespace.UTS)), new LaunchStep.OwnRoot(tree, all)),
            scratch.path("root").toString(), new byte[0],
            new LaunchStep.Execute("/bin/sh", List.of("sh", "-c", "(" + script + ") >" + scratch.path("out") + "/new 2>&1; mv " + scratch.path("out") + "/new "
                + scratch.path("out") + "/told; exec sleep 1000"), Map.of("PATH", "/usr/bin:/bin")));
    }

    private LaunchPlan plan(String script) {
        return plan(Optional.empty(), common(), script);
    }

    /** What the script tells; everything is as the whole plan says, whichever part of it the stage got. */
    private String told(Stage stage, LaunchPlan plan) throws Exception {
        Files.deleteIfExists(scratch.path("out/told"));
        Children.Child child = stage.launch(plan);
        try {
            List<Finding> differ = ReadBack.of(child.pid(), plan, stage.cgroup(), true).stream().filter(one -> !one.asPlanned()).toList();
            assertEquals(List.of(), differ);
            stage.release();
            Scratch.await("its word", () -> Files.exists(scratch.path("out/told")));
            return Files.readString(scratch.path("out/told"));
        } finally {
            child.signal(PidFd.SIGKILL);
            child.ended().get();
            stage.cgroup().killAndRemove(END);
        }
    }

    private void assertUsed(boolean expected, Stage stage, LaunchPlan plan) throws Exception {
        assertEquals(expected, stage.rest(plan).onCommonRoot());
    }

    @Test
    void aRootIsTheSameAsOneFromNothing() throws Exception {
        String fromNothing;
        try (Stages stages = stages(Preparation.NOTHING)) {
            fromNothing = told(stages.take(), plan(ALL));
        }
        try (Stages stages = stages(preparation())) {
            Stage stage = stages.take();
            LaunchPlan plan = plan(ALL);
            assertUsed(true, stage, plan);
            assertEquals(fromNothing, told(stage, plan));
        }
        assertTrue(fromNothing.contains(" " + shown + " ro,nosuid,nodev") && fromNothing.contains("/dev/null c crw-rw-rw- 0"), fromNothing);
    }

    @Test
    void aStageThatWaitsIsInTheMachinesMountsAndLeavesNoneThere() throws Exception {
        List<String> before = Files.readAllLines(Path.of("/proc/self/mountinfo"));
        try (Stages stages = stages(preparation())) {
            Stage stage = stages.take();
            try (Stream<Path> threads = Files.list(Path.of("/proc/" + stage.pid() + "/task"))) {
                for (Path thread : threads.toList()) {
                    assertEquals(Files.readSymbolicLink(Path.of("/proc/self/ns/mnt")), Files.readSymbolicLink(thread.resolve("ns/mnt")));
                    assertEquals(Files.getAttribute(Path.of("/"), "unix:ino"), Files.getAttribute(thread.resolve("root"), "unix:ino"));
                }
            }
            stage.kill();
        }
        assertEquals(before, Files.readAllLines(Path.of("/proc/self/mountinfo")));
    }

    @Test
    void aFileThatWasReplacedMeanwhileIsTheNewOne() throws Exception {
        for (String replaced : List.of("file", "link")) {
            try (Stages stages = stages(preparation())) {
                Stage stage = stages.take();
                LaunchPlan plan = plan("cat " + scratch.path("file") + " " + scratch.path("link"));
                assertUsed(true, stage, plan);
                Files.writeString(scratch.path("next"), "after " + replaced + "\n");
                Files.move(scratch.path("next"), scratch.path(replaced), StandardCopyOption.REPLACE_EXISTING);
                assertUsed(false, stage, plan);
                assertTrue(told(stage, plan).endsWith("after " + replaced + "\n"));
            }
        }
    }

    @Test
    void whatWasMountedMeanwhileBeneathADirectoryIsShown() throws Exception {
        try (Stages stages = stages(preparation())) {
            Stage stage = stages.take();
            LaunchPlan plan = plan(Optional.empty(), common(), "cat " + shown + "/inner/other; stat -f -c %T " + shown + "/inner");
            scratch.run(scratch.path("mount.out"), List.of("/bin/mount", "-t", "tmpfs", "none", shown + "/inner"));
            try {
                Files.writeString(shown.resolve("inner/other"), "of memory\n");
                Files.writeString(shown.resolve("inner/file"), "hidden");
                assertUsed(false, stage, plan);
                assertEquals("of memory\ntmpfs\n", told(stage, plan));
            } finally {
                scratch.run(scratch.path("mount.out"), List.of("/bin/umount", shown + "/inner"));
            }
        }
    }

    @Test
    void whatCannotBePreparedRefusesTheLaunch() throws Exception {
        try (Stages stages = stages(new Preparation(scratch.path("root").toString(), List.of(new RootEntry.Shown("/there/is/none", false, true))))) {
            LaunchFailure failure = assertThrows(LaunchFailure.class, stages::take);
            assertTrue(failure.getMessage().startsWith("step=ROOT call=openat2 /there/is/none errno=ENOENT"), failure.getMessage());
        }
        assertEquals(List.of(), scratch.cgroups().generations());
    }

    @Test
    void aRootThatLacksSomethingOfItIsPutTogetherFromNothing() throws Exception {
        List<RootEntry> fewer = common().stream().filter(entry -> !entry.path().equals("/run")).toList();
        try (Stages stages = stages(preparation())) {
            Stage stage = stages.take();
            LaunchPlan plan = plan(Optional.empty(), fewer, "ls -d " + scratch.path("file"));
            assertUsed(false, stage, plan);
            assertEquals(scratch.path("file") + "\n", told(stage, plan));
        }
    }

    @Test
    void aTreeOfAnAdministratorsIsTheRootAllTheSame() throws Exception {
        Path tree = Files.createDirectory(scratch.path("tree"));
        for (String directory : List.of("proc", "usr", "run/credentials", "etc", scratch.path("out").toString().substring(1))) {
            Files.createDirectories(tree.resolve(directory));
        }
        for (String link : List.of("bin", "lib", "lib64")) {
            Files.createSymbolicLink(tree.resolve(link), Path.of("usr/" + link));
        }
        Files.writeString(tree.resolve("mark"), "of the tree\n");
        try (Stages stages = stages(preparation())) {
            Stage stage = stages.take();
            LaunchPlan whole = plan(Optional.of(tree.toString()), List.of(new RootEntry.Processes("/proc"), new RootEntry.Shown("/usr", false, true)), "cat /mark");
            List<LaunchStep> steps = List.of(whole.steps().get(0), new LaunchStep.OwnRoot(Optional.of(tree.toString()),
                ((LaunchStep.OwnRoot) whole.steps().get(1)).entries().stream().filter(entry -> !(entry instanceof RootEntry.Text)).toList()));
            LaunchPlan plan = new LaunchPlan(whole.descriptors(), whole.user(), whole.group(), List.of(), steps, whole.rootMount(), new byte[0], whole.program());
            assertUsed(false, stage, plan);
            assertEquals("of the tree\n", told(stage, plan));
        }
        assertFalse(Files.exists(tree.resolve("etc/passwd")));
    }
}
