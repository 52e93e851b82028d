package warren.launcher.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import warren.launcher.Scratch;

/** What an owner runs beside his interpreters, in the same quota group. */
class SessionCgroupsTest {
    private static final Duration LONG = Duration.ofSeconds(10);
    private Scratch scratch;
    private CgroupTree tree;
    private Cgroup sessions;
    private int pid;

    @BeforeEach
    void make() throws Exception {
        scratch = new Scratch();
        tree = scratch.cgroups();
    }

    @AfterEach
    void remove() throws Exception {
        endSession();
        scratch.close();
        assertFalse(Files.exists(tree.directory()));
    }

    private void begin() throws IOException {
        sessions = tree.sessions("alice");
        pid = scratch.start(scratch.path("session"), "/bin/sleep", "1000");
        sessions.take(pid);
    }

    private void endSession() {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        Scratch.await("the session's end", () -> sessions.processes().isEmpty());
    }

    private Cgroup generation(String group) throws IOException {
        Cgroup waits = tree.createForStage();
        Cgroup joined = tree.join(group, waits);
        if (joined != waits) {
            waits.killAndRemove(LONG);
        }
        return joined;
    }

    @Test
    void sharesTheGroupAndOutlivesItsGenerations() throws Exception {
        Cgroup generation = generation("alice");
        begin();
        assertSame(generation.group().orElseThrow(), sessions.group().orElseThrow());
        assertEquals(1, generation.group().orElseThrow().use().processes().orElseThrow());
        generation.killAndRemove(LONG);
        assertEquals(List.of(pid), sessions.processes());
        assertEquals(sessions.group(), generation("alice").group(), "the next generation finds it");
    }

    @Test
    void isNoGenerationAndSurvivesAStopAndARestart() throws Exception {
        begin();
        assertEquals(List.of(), tree.generations(), "nothing for the next launcher to end");
        tree.killAndRemoveAll();
        assertEquals(List.of(pid), sessions.processes());
        CgroupTree next = CgroupTree.open(tree.directory().getFileName().toString(), tree.note());
        next.generations();
        assertEquals(sessions.directory(), next.sessions("alice").directory(), "found by its name");
        endSession();
        next.generations();
        assertFalse(Files.exists(sessions.directory().getParent()));
    }

    @Test
    void itsGroupGoesWhenTheNextOneIsMade() throws Exception {
        begin();
        generation("bob");
        assertTrue(Files.exists(sessions.directory()));
        endSession();
        // zombies keep it for a moment
        Scratch.await("the group's removal", () -> {
            try {
                generation("carol");
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            return !Files.exists(sessions.directory().getParent());
        });
        assertEquals(Optional.empty(), tree.find("alice"));
    }
}
