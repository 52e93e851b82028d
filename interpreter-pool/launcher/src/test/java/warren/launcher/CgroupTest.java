package warren.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import warren.contract.GenerationId;
import warren.contract.VirtualHostName;
import warren.launcher.cgroup.Cgroup;
import warren.launcher.cgroup.CgroupTree;

class CgroupTest {
    private static final GenerationId FIRST = new GenerationId(new VirtualHostName("alice"), 1);
    /** Joins, then leaves behind a daemon that is nobody's child and in no session of ours. */
    private static final String DAEMON = "echo 0 >\"$1\"; setsid sh -c 'trap \"\" TERM HUP; sleep 1000 & sleep 1000 & wait' &";
    private Scratch scratch;

    @BeforeEach
    void make() throws IOException {
        scratch = new Scratch();
    }

    @AfterEach
    void remove() throws IOException {
        scratch.close();
    }

    @Test
    void killsEverythingInItEvenDaemonsThatIgnoreTerm() throws Exception {
        Cgroup cgroup = scratch.cgroup(FIRST);
        Children.Child shell = scratch.spawn(scratch.path("out"), "/bin/sh", "-c", DAEMON, "sh", cgroup.joinFiles().getFirst());
        assertEquals(0, shell.ended().get());
        Scratch.await("three daemons", () -> cgroup.processes().size() == 3);
        var pids = cgroup.processes();
        cgroup.killAndRemove(Duration.ofSeconds(5));
        assertFalse(Files.exists(cgroup.directory()));
        pids.forEach(pid -> assertFalse(isRunning(pid), pid + " is still there"));
    }

    private static boolean isRunning(int pid) {
        try {
            return !Files.readString(Path.of("/proc/" + pid + "/stat")).contains(") Z ");
        } catch (IOException gone) {
            return false;
        }
    }

    @Test
    void refusesOneThatIsThereAlready() throws Exception {
        Path there = scratch.cgroups().createForStage().directory();
        assertThrows(IOException.class, () -> Cgroup.create(there));
        assertFalse(scratch.cgroups().createForStage().directory().equals(there));
    }

    @Test
    void saysWhoseItIsOnceItWasTold() throws Exception {
        Cgroup cgroup = scratch.cgroups().createForStage();
        assertEquals(Optional.empty(), cgroup.generation());
        cgroup.nameAfter(FIRST);
        assertEquals(Optional.of(FIRST), Cgroup.existing(cgroup.directory()).generation());
        cgroup.killAndRemove(Duration.ofSeconds(5));
        assertEquals(Optional.empty(), cgroup.generation());
    }

    @Test
    void isRemovedTwiceWithoutHarm() throws Exception {
        Cgroup cgroup = scratch.cgroup(FIRST);
        cgroup.killAndRemove(Duration.ofSeconds(5));
        cgroup.killAndRemove(Duration.ofSeconds(5));
        assertTrue(cgroup.processes().isEmpty());
    }

    @Test
    void whatAnEarlierLauncherLeftIsKilled() throws Exception {
        Cgroup cgroup = scratch.cgroup(FIRST);
        scratch.spawn(scratch.path("out"), "/bin/sh", "-c", DAEMON, "sh", cgroup.joinFiles().getFirst()).ended().get();
        CgroupTree.open(scratch.path("").getFileName().toString(), List.of()).killAndRemoveAll();
        assertFalse(Files.exists(cgroup.directory()));
    }
}
