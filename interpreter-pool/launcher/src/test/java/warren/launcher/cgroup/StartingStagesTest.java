package warren.launcher.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import warren.launcher.Scratch;

class StartingStagesTest {
    private Scratch scratch;
    private Path directory;

    @BeforeEach
    void make() throws IOException {
        scratch = new Scratch();
        directory = scratch.cgroups().starting().directory().orElseThrow();
    }

    @AfterEach
    void remove() throws IOException {
        scratch.close();
        assertFalse(Files.exists(directory), directory + " is left");
    }

    private String weight() throws IOException {
        Path shares = directory.resolve("cpu.shares");
        return Files.readString(Files.exists(shares) ? shares : directory.resolve("cpu.weight")).strip();
    }

    private String last() throws IOException {
        return Files.readString(directory.resolve("cpu.idle")).strip();
    }

    @Test
    void whatSomebodyWaitsForHasTheUsualWeightAndAllElseComesLast() throws IOException {
        StartingStages starting = scratch.cgroups().starting();
        assertEquals("1", last());
        starting.awaited(1);
        starting.awaited(1);
        starting.awaited(-1);
        assertEquals("0", last());
        assertTrue(List.of("100", "1024").contains(weight()), weight());
        starting.awaited(-1);
        assertEquals("1", last());
    }

    @Test
    void takesWhatHasJustBeenStartedAndLetsItGoOn() throws Exception {
        int pid = scratch.start(scratch.path("output"), "/bin/sleep", "1000");
        scratch.cgroups().starting().take(pid);
        assertEquals(Integer.toString(pid), Files.readString(directory.resolve("cgroup.procs")).strip());
        Cgroup group = scratch.cgroups().join("alice", scratch.cgroups().createForStage());
        group.take(pid);
        assertEquals("", Files.readString(directory.resolve("cgroup.procs")));
    }

    /** {@link #remove} looks whether the directory is gone. */
    @Test
    void whatIsLeftInItIsEnded() throws Exception {
        int pid = scratch.start(scratch.path("output"), "/bin/sleep", "1000");
        scratch.cgroups().starting().take(pid);
        scratch.cgroups().killAndRemoveAll();
        assertFalse(ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false));
    }

    @Test
    void whoHasNoControllerStartsThemAllTheSame() throws IOException {
        StartingStages without = StartingStages.in(Optional.empty());
        without.awaited(1);
        without.take(1);
        assertEquals(Optional.empty(), without.directory());
    }
}
