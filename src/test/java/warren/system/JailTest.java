package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * A hostile owner in a jail: alice's with the machine's network, carol's without one, dave's with some ports, and erin
 * without a jail at all, to whom much is open, so that the probes are known to work.
 */
final class JailTest {
    private static final int LEAST_PROBES = 120;
    private static final String DOCUMENTED = "* open without a jail: ";
    /** In {@code WarrenNetwork host} the machine's services on the loopback can be reached: docs/jails.md says so. */
    private static final Set<String> OPEN_ON_THE_NETWORK = Set.of("a TCP service on the loopback", "a UDP service on the loopback",
        "httpd on the loopback");
    private static final Set<String> OPEN_BY_UDP = Set.of("a UDP service on the loopback", "httpd on the loopback");
    private static Machine machine;
    private static Neighbor neighbor;

    @BeforeAll
    static void start() throws Exception {
        machine = new Machine();
        machine.addOwner("alice", Machine.ALICE);
        machine.addOwner("bob", Machine.BOB);
        machine.addOwner("carol", Machine.CAROL, "WarrenNetwork none");
        machine.addOwner("dave", Machine.DAVE, "WarrenNetwork connect " + machine.port());
        machine.addOwner("erin", Machine.ERIN, "WarrenJail off");
        Files.writeString(machine.base().resolve("canary"), "of the machine");
        machine.write("bob", Machine.BOB, "htdocs/canary.txt", "of bob", "644");
        String probes = new String(JailTest.class.getResourceAsStream("probes.pl").readAllBytes());
        for (Map.Entry<String, Integer> owner : Map.of("alice", Machine.ALICE, "carol", Machine.CAROL, "dave", Machine.DAVE,
                "erin", Machine.ERIN).entrySet()) {
            machine.write(owner.getKey(), owner.getValue(), "htdocs/perl/probes.pl", probes, "644");
        }
        machine.start();
        neighbor = new Neighbor(machine, Machine.BOB);
        assertEquals(200, machine.http().get("bob.localhost", "/perl/who.pl").status());
    }

    @AfterAll
    static void stop() throws Exception {
        try {
            neighbor.close();
        } finally {
            machine.close();
        }
    }

    private static Map<String, String> probe(String owner) throws Exception {
        Map<String, String> found = Neighbor.probe(machine, owner, neighbor.query(machine));
        assertTrue(found.size() >= LEAST_PROBES, found.size() + " probes");
        return found;
    }

    private static List<DynamicTest> closedBut(Set<String> open, Map<String, String> found) {
        List<DynamicTest> tests = new ArrayList<>();
        found.forEach((name, result) -> tests.add(DynamicTest.dynamicTest(name, () ->
            assertTrue(result.startsWith(open.contains(name) ? "open" : "closed"), name + ": " + result))));
        return tests;
    }

    @TestFactory
    List<DynamicTest> isClosedInAJail() throws Exception {
        return closedBut(OPEN_ON_THE_NETWORK, probe("alice"));
    }

    @TestFactory
    List<DynamicTest> isClosedInAJailWithoutANetwork() throws Exception {
        return closedBut(Set.of(), probe("carol"));
    }

    @TestFactory
    List<DynamicTest> isClosedInAJailThatMayConnectToSomePorts() throws Exception {
        return closedBut(OPEN_BY_UDP, probe("dave"));
    }

    /** What a jail takes away; the probes do find it. */
    @Test
    void isOpenWithoutAJail() throws Exception {
        Map<String, String> found = probe("erin");
        List<String> listed = Files.readAllLines(Path.of("../../docs/jails.md")).stream()
            .filter(line -> line.startsWith(DOCUMENTED)).map(line -> line.substring(DOCUMENTED.length())).toList();
        assertTrue(listed.size() > 30, listed::toString);
        for (String name : listed) {
            assertTrue(found.getOrDefault(name, "no such probe").startsWith("open"), name + ": " + found.get(name));
        }
    }

    @Test
    void isAttested() throws Exception {
        Command attested = machine.warren("attest", "bob.localhost", "--json");
        assertEquals(0, attested.exitStatus(), attested::output);
        for (String property : List.of("\"namespace pid\"", "\"mount /usr\"", "\"seccomp\"", "\"capabilities CapEff\"")) {
            assertTrue(attested.output().contains(property), attested::output);
        }
    }
}
