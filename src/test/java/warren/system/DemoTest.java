package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code ./warren demo} as a person meets it: the lines that it prints, what they do, and what is left at the end. */
final class DemoTest {
    @Test
    void theLinesThatItPrintsShowWhatTheySay() throws Exception {
        try (Demo demo = Demo.start(Machine.freePort())) {
            assertEveryPidIsAnOwners(demo);
            assertTrue(demo.runPrintedLine("-d name=me").contains("hello"), demo.output());
            assertTrue(demo.runPrintedLine("/counter ").matches("(?s).*alice\\.localhost.* 1 .*bob\\.localhost.* 1 .*"), demo.output());
            assertOnlyOwnFilesAreReadable(demo.runPrintedLine("peek.pl"));
            assertTrue(demo.runPrintedLine("pkill -9").contains("uid=" + demo.uid("alice") + " "));
            assertTrue(demo.runPrintedLine("warren status").contains("alice.localhost"));
            demo.stop("TERM");
            assertEquals(0, demo.exitStatus(), demo.output());
            assertEquals(List.of(), demo.leftBehind());
        }
    }

    private static void assertEveryPidIsAnOwners(Demo demo) throws Exception {
        List<String> who = demo.runPrintedLine("curl .*who.pl .*who.pl").lines().toList();
        assertEquals(3, who.size(), who.toString());
        assertEquals(who.get(0), who.get(1), "the same pid answers again");
        assertTrue(who.get(0).matches("uid=(\\d+) gid=\\1 groups=\\1? pid=\\d+"), who.toString());
        assertTrue(who.get(0).startsWith("uid=" + demo.uid("alice") + " "), who.toString());
        assertTrue(who.get(2).startsWith("uid=" + demo.uid("bob") + " "), who.toString());
        assertNotEquals(demo.uid("alice"), demo.uid("bob"));
    }

    private static void assertOnlyOwnFilesAreReadable(String peeked) {
        assertTrue(peeked.lines().filter(line -> line.contains("/alice/")).allMatch(line -> line.endsWith("readable")), peeked);
        List<String> others = peeked.lines().filter(line -> !line.contains("/alice/")).toList();
        assertFalse(others.isEmpty());
        assertTrue(others.stream().allMatch(line -> line.endsWith("No such file or directory")), peeked);
    }

    @Test
    void twoRunBesideEachOtherAndCtrlCEndsOneOfThem() throws Exception {
        int port = Machine.freePort();
        try (Demo one = Demo.start(port); Demo other = Demo.start(Machine.freePort())) {
            assertNotEquals(one.uid("alice"), other.uid("alice"));
            one.stop("INT");
            assertEquals(List.of(), one.leftBehind());
            assertTrue(other.runPrintedLine("curl .*who.pl .*who.pl").startsWith("uid=" + other.uid("alice")));
        }
    }

    @Test
    void aTakenPortIsNamedBeforeAnythingIsStarted() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Demo demo = Demo.startWithoutWaiting(taken.getLocalPort())) {
            assertEquals(1, demo.exitStatus());
            assertTrue(demo.output().contains(":" + taken.getLocalPort() + " already; nothing was started"), demo.output());
            assertEquals(List.of(), demo.leftBehind());
        }
    }

    @Test
    void nothingIsLeftWhereTheLauncherIsKilled() throws Exception {
        try (Demo demo = Demo.start(Machine.freePort())) {
            demo.runPrintedLine("curl .*who.pl .*who.pl");
            Command.run("kill", "-KILL", demo.launcherPid()).orFail();
            assertEquals(1, demo.exitStatus(), demo.output());
            assertEquals(List.of(), demo.leftBehind());
        }
    }

    @Test
    void withoutRootItSaysWhatRootIsNeededFor() throws Exception {
        try (Machine machine = new Machine()) {
            String checkout = System.getProperty("warren.checkout");
            String copy = machine.base().resolve("checkout").toString();
            Command.run("mkdir", "-p", copy + "/src/main").orFail();
            Command.run("cp", "-R", checkout + "/src/main/bin", copy + "/src/main/").orFail();
            Command.run("cp", checkout + "/warren", copy).orFail();
            Command refused = Command.run("setpriv", "--reuid", "" + Machine.ALICE, "--regid", "" + Machine.ALICE,
                "--clear-groups", copy + "/warren", "demo");
            assertEquals(77, refused.exitStatus(), refused.output());
            assertTrue(refused.output().contains("needs root: it switches interpreters to their owners' UIDs"), refused.output());
        }
    }
}
