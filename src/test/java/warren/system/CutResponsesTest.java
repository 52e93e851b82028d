package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** An interpreter that dies inside its response: the client must not take what it got for the whole. */
final class CutResponsesTest {
    private static Machine machine;

    @BeforeAll
    static void start() throws Exception {
        machine = new Machine();
        machine.addOwner("alice", Machine.ALICE);
        String dying = """
            $| = 1; print "Content-Type: text/plain\\n%s\\n", 'x' x 20000; sleep 1; kill KILL => $$;
            """;
        machine.write("alice", Machine.ALICE, "htdocs/perl/chunked.pl", dying.formatted(""), "644");
        machine.write("alice", Machine.ALICE, "htdocs/perl/length.pl", dying.formatted("Content-Length: 40000\\n"), "644");
        machine.write("alice", Machine.ALICE, "htdocs/perl/silent.pl", "kill KILL => $$;", "644");
        machine.start();
    }

    @AfterAll
    static void stop() throws Exception {
        machine.close();
    }

    @Test
    void aResponseOfUnknownLengthIsCut() throws Exception {
        assertFalse(machine.http().get("alice.localhost", "/perl/chunked.pl").complete());
    }

    @Test
    void aResponseOfKnownLengthIsCut() throws Exception {
        assertFalse(machine.http().get("alice.localhost", "/perl/length.pl").complete());
    }

    @Test
    void deathBeforeTheHeadIsABadGateway() throws Exception {
        assertEquals(502, machine.http().get("alice.localhost", "/perl/silent.pl").status());
        assertEquals(200, machine.http().get("alice.localhost", "/perl/who.pl").status());
    }
}
