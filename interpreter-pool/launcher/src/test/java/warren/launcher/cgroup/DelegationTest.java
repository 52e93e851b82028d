package warren.launcher.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With files as the kernel's; {@code bench/cgroup2} has the kernel's own. */
class DelegationTest {
    private static final long US = 4711;
    @TempDir
    private Path root;
    private Path service;

    /** The root has processes, and a service below it that is not the root. */
    @BeforeEach
    void make() throws IOException {
        files(root, "cpuset cpu io memory pids", "1", "17");
        service = Files.createDirectory(root.resolve("warren.service"));
        files(service, "cpu io memory pids", Long.toString(US));
        Files.writeString(service.resolve("cgroup.type"), "domain\n");
    }

    private static void files(Path cgroup, String controllers, String... processes) throws IOException {
        Files.writeString(cgroup.resolve("cgroup.controllers"), controllers + "\n");
        Files.writeString(cgroup.resolve("cgroup.subtree_control"), "\n");
        Files.write(cgroup.resolve("cgroup.procs"), Arrays.asList(processes));
    }

    private static String given(Path cgroup) throws IOException {
        return Files.readString(cgroup.resolve("cgroup.subtree_control")).strip();
    }

    @Test
    void theRootGivesControllersInSpiteOfItsProcesses() throws Exception {
        Delegation delegation = Delegation.of(root, US);
        assertEquals(root, delegation.directory());
        assertEquals(Optional.empty(), delegation.obstacle());
        assertEquals(List.of(Controller.values()), delegation.give(List.of(root)));
        String before = given(root);
        delegation.leave();
        assertEquals(before, given(root), "others may use what it gives");
    }

    @Test
    void whoIsAloneStepsIntoALeaf() throws Exception {
        Delegation delegation = Delegation.of(service, US);
        assertEquals(service, delegation.directory());
        Path leaf = service.resolve("launcher");
        assertEquals(Long.toString(US), Files.readString(leaf.resolve("cgroup.procs")));
        // as the kernel has it then
        files(service, "cpu io memory pids");
        Files.writeString(service.resolve("cgroup.subtree_control"), "memory\n");
        Files.delete(leaf.resolve("cgroup.procs"));
        delegation.leave();
        assertEquals("-memory", given(service));
        assertEquals(Long.toString(US), Files.readString(service.resolve("cgroup.procs")));
        assertFalse(Files.exists(leaf));
    }

    /** One that cannot be left is told of, and hinders nothing else at the launcher's end. */
    @Test
    void aLeafThatIsInUseStays() throws Exception {
        Delegation delegation = Delegation.of(service, US);
        delegation.leave();
        assertTrue(Files.exists(service.resolve("launcher")));
    }

    @Test
    void aTreeThatIsThereElsewhereIsTakenAsItIs() throws Exception {
        Delegation delegation = Delegation.at(root, service, US);
        assertEquals(root, delegation.directory());
        assertFalse(Files.exists(service.resolve("launcher")));
        assertEquals(service, Delegation.at(service, service, US).directory());
        assertTrue(Files.exists(service.resolve("launcher")));
    }

    @Test
    void whoStandsInALeafHasItsTreeBesideThat() throws Exception {
        Path leaf = Files.createDirectory(service.resolve("launcher"));
        files(leaf, "", Long.toString(US));
        Files.writeString(leaf.resolve("cgroup.type"), "domain\n");
        files(service, "cpu io memory pids");
        Delegation delegation = Delegation.of(leaf, US);
        assertEquals(service, delegation.directory());
        assertEquals(List.of(Controller.values()), delegation.give(List.of(service)));
        assertFalse(Files.exists(leaf.resolve("launcher")));
    }

    /** The kernel would give cpu and pids, and nothing could live below any more. */
    @Test
    void whereOthersAreNothingIsGivenAndItIsSaidWhy() throws Exception {
        files(service, "cpu io memory pids", "1", Long.toString(US), "5", "6", "7");
        Delegation delegation = Delegation.of(service, US);
        assertEquals(service, delegation.directory());
        assertEquals(List.of(), delegation.give(List.of(service)));
        assertEquals("", given(service));
        String why = delegation.obstacle().orElseThrow();
        assertTrue(why.startsWith(service + " has other processes than the launcher (pid 1, ") && why.contains(", ...)"), why);
    }

    /** Version 1's have all there is: nothing would be gained. */
    @Test
    void whereNothingIsOfferedNobodyStepsAnywhere() throws Exception {
        files(service, "hugetlb", Long.toString(US));
        Delegation delegation = Delegation.of(service, US);
        assertFalse(Files.exists(service.resolve("launcher")));
        assertEquals(List.of(), delegation.give(List.of(service)));
        assertEquals(Optional.empty(), delegation.obstacle());
    }
}
