package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** An owner who floods his log, and what his neighbor, the administrator and the disk notice of it. */
final class LogsTest {
    private static final int MIB = 1024 * 1024;
    private static Machine machine;

    @BeforeAll
    static void start() throws Exception {
        machine = new Machine();
        machine.addOwner("alice", Machine.ALICE, "WarrenLogRotate 1M 2");
        machine.addOwner("bob", Machine.BOB);
        machine.write("alice", Machine.ALICE, "htdocs/perl/flood.pl", """
            print "Content-Type: text/plain\\n\\n";
            my ($line, $end) = ('flood ' x 100 . "\\n", time + 4);
            while (time < $end) { syswrite STDERR, $line }
            print 'done';
            """, "644");
        machine.write("alice", Machine.ALICE, "htdocs/perl/dying.pl", "kill KILL => $$;", "644");
        machine.write("bob", Machine.BOB, "htdocs/perl/say.pl",
            "print STDERR \"bob's own line\\n\"; print \"Content-Type: text/plain\\n\\nok\";", "644");
        machine.start();
    }

    @AfterAll
    static void stop() throws Exception {
        machine.close();
    }

    private static Reply get(String owner, String path) throws Exception {
        return machine.http().get(owner + ".localhost", path);
    }

    private static Path ownersLog(String name) {
        return machine.base().resolve("log/owners/" + name);
    }

    private static JsonNode lossesOf(String owner) throws Exception {
        JsonNode status = new ObjectMapper().readTree(machine.warren("status", "--json").orFail());
        for (JsonNode pool : status.path("connector").path("pools")) {
            if (pool.path("name").asText().equals(owner + ".localhost")) {
                return pool.path("log");
            }
        }
        throw new AssertionError(status.toString());
    }

    private static int as(int uid, String... command) throws Exception {
        String id = Integer.toString(uid);
        List<String> words = new java.util.ArrayList<>(List.of("setpriv", "--reuid", id, "--regid", id, "--clear-groups"));
        words.addAll(List.of(command));
        return Command.run(words).exitStatus();
    }

    @Test
    void aFloodIsRotatedBoundedAndCountedAndTheNeighborLosesNothing() throws Exception {
        assertEquals("done", get("alice", "/perl/flood.pl").body());
        assertEquals(200, get("bob", "/perl/say.pl").status());
        Await.until("bob's line", Duration.ofSeconds(10), () -> machine.ownersLog("bob").contains("bob's own line"));
        Path log = ownersLog("alice.localhost.log");
        Path old = ownersLog("alice.localhost.log.1");
        Await.until("the rotation", Duration.ofSeconds(10), () -> Files.exists(old) && Files.size(old) >= MIB);
        assertFalse(Files.exists(ownersLog("alice.localhost.log.3")));
        assertTrue(Files.size(log) < 2.1 * MIB && Files.size(old) < 2.1 * MIB, Files.size(log) + " " + Files.size(old));
        assertEquals(0, as(Machine.ALICE, "cat", old.toString()));
        assertFalse(as(Machine.BOB, "cat", old.toString()) == 0);
        assertFalse(as(Machine.CONNECTOR, "sh", "-c", "echo forged >> " + old) == 0);
        JsonNode losses = lossesOf("alice");
        assertTrue(losses.path("linesOverRate").asLong() + losses.path("timesFifoFull").asLong() > 0, losses.toString());
        assertEquals("{\"linesOverRate\":0,\"linesUnwritten\":0,\"timesFifoFull\":0}", lossesOf("bob").toString());
        Await.until("what the administrator is told", Duration.ofSeconds(30), () ->
            Files.readString(machine.base().resolve("log/connector/connector.log"))
                .contains("vhost=alice.localhost the owner's log has lost "));
    }

    @Test
    void aLogThatWasMovedAwayIsMadeAgain() throws Exception {
        Path log = ownersLog("bob.localhost.log");
        get("bob", "/perl/say.pl");
        Await.until("bob's line", Duration.ofSeconds(10), () -> machine.ownersLog("bob").contains("bob's own line"));
        Files.move(log, ownersLog("moved"));
        Await.until("a line in a new log", Duration.ofSeconds(20), () -> {
            get("bob", "/perl/say.pl");
            return machine.ownersLog("bob").contains("bob's own line");
        });
        assertTrue(machine.ownersLog("bob").contains("lines could not be written since"), machine.ownersLog("bob"));
        assertEquals(0, as(Machine.BOB, "cat", log.toString()));
    }

    @Test
    void aConnectorsStartPrintsThatItIsReadyAndNothingElse() throws Exception {
        assertEquals("ready\n", Files.readString(machine.base().resolve("log/connector.out")));
    }
}
