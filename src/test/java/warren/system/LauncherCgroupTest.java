package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Wherever in version 2's tree a launcher is started, as by a service manager, its virtual hosts' limits hold, and it leaves the
 * tree as it was. Where version 1 has the controllers nothing of that depends on the place; {@code bench/cgroup2} has a kernel where
 * version 2 has them.
 */
@Timeout(600)
final class LauncherCgroupTest {
    private static final String CONTROLLERS = "cgroup.controllers";
    private Path service;
    private Machine machine;

    @BeforeEach
    void layOut() throws Exception {
        machine = new Machine();
        service = Files.createDirectory(ownCgroup().resolve("warren-test-service-" + machine.port()));
        machine.addOwner("alice", Machine.ALICE, "WarrenMemoryMax 64M", "WarrenProcessesMax 20");
        machine.write("alice", Machine.ALICE, "htdocs/perl/memory.pl",
            "print \"Content-Type: text/plain\\n\\n\"; my @hoard; push @hoard, 'x' x 1_000_000 for 1 .. 200; print 'survived'", "644");
        machine.write("alice", Machine.ALICE, "htdocs/perl/fork.pl", """
            my @made; while (@made < 100 && defined(my $pid = fork)) { exec 'sleep', 60 if !$pid; push @made, $pid }
            kill KILL => @made; waitpid $_, 0 for @made; print "Content-Type: text/plain\\n\\n", scalar @made;
            """, "644");
    }

    @AfterEach
    void remove() throws Exception {
        try {
            machine.close();
        } finally {
            for (Path leaf : List.of(service.resolve("launcher"), service)) {
                Files.deleteIfExists(leaf);
            }
        }
    }

    /** Of this process, in version 2's tree. */
    private static Path ownCgroup() throws IOException {
        String mount = Files.readAllLines(Path.of("/proc/self/mountinfo")).stream().filter(line -> line.contains(" - cgroup2 ")).findFirst()
            .orElseThrow().split(" ")[4];
        String own = Files.readAllLines(Path.of("/proc/self/cgroup")).stream().filter(line -> line.startsWith("0::")).findFirst().orElseThrow();
        return Path.of(mount).resolve(own.substring("0::/".length()));
    }

    private void startIn(Path cgroup) throws Exception {
        machine.startBy("bash", "-c", "echo $$ >\"$0/cgroup.procs\" && exec \"$@\"", cgroup.toString());
        machine.start();
    }

    private static boolean offersMemory(Path cgroup) throws IOException {
        return List.of(Files.readString(cgroup.resolve(CONTROLLERS)).strip().split(" ")).contains("memory");
    }

    private String launchersLog() throws IOException {
        return Files.readString(machine.base().resolve("log/launcher.log"));
    }

    private Reply get(String script) throws Exception {
        return machine.http().get("alice.localhost", "/perl/" + script + ".pl");
    }

    /** The latter is systemd's DelegateSubgroup. */
    @ParameterizedTest
    @ValueSource(strings = {"", "launcher"})
    void limitsHoldInACgroupThatIsDelegated(String below) throws Exception {
        startIn(Files.createDirectories(service.resolve(below)));
        assertEquals(service, machine.cgroup().getParent());
        assertEquals(200, get("who").status());
        assertEquals(503, get("memory").status());
        assertTrue(machine.ownersLog("alice").contains("killed: memory 64M reached"), machine.ownersLog("alice"));
        int made = Integer.parseInt(get("fork").body());
        assertTrue(made < 20, () -> made + " processes");
        assertFalse(launchersLog().contains("its limits are not enforced"), launchersLog());
        machine.close();
        assertEquals("", Files.readString(service.resolve("cgroup.subtree_control")).strip());
        if (below.isEmpty()) {
            assertFalse(Files.exists(service.resolve("launcher")));
        }
    }

    /** As in a session's scope, or beside others in a container. */
    @Test
    void besideOthersItServesAndSaysWhatIsMissing() throws Exception {
        Process other = new ProcessBuilder("sleep", "1000").start();
        try {
            Files.writeString(service.resolve("cgroup.procs"), Long.toString(other.pid()));
            startIn(service);
            assertEquals(200, get("who").status());
            assertEquals(offersMemory(service), launchersLog().contains(service + " has other processes than the launcher (pid " + other.pid() + ")"),
                this::launchersLogOrWhyNot);
        } finally {
            other.destroyForcibly().waitFor();
        }
    }

    private String launchersLogOrWhyNot() {
        try {
            return launchersLog();
        } catch (IOException e) {
            return e.toString();
        }
    }
}
