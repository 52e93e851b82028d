package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What owners run beside their interpreters gets their quotas by the PAM lines of docs/quotas.md: through the real PAM
 * and {@code runuser(1)}, with accounts and a PAM service that a mount namespace of the test's alone has.
 */
final class SessionsTest {
    private static final String FORKS = "my @made; while (@made < 50 && defined(my $pid = fork)) { if (!$pid) { sleep 50; exit } push @made, $pid }"
        + " print \"made \", scalar @made; kill KILL => @made; 1 while wait > 0";
    private static Machine machine;

    @BeforeAll
    static void start() throws Exception {
        machine = new Machine();
        machine.addOwner("alice", Machine.ALICE, "WarrenProcessesMax 20");
        for (String ofBob : new String[] {"bob", "carol"}) {
            machine.addOwner(ofBob, Machine.BOB, "WarrenProcessesMax 20");
        }
        machine.addOwner("dave", Machine.DAVE, "WarrenQuotasOf owner", "WarrenProcessesMax 10");
        machine.addOwner("erin", Machine.DAVE, "WarrenQuotasOf owner", "WarrenProcessesMax 10");
        machine.start();
        write("passwd", """
            root:x:0:0:root:/root:/bin/sh
            alice:x:%d:%d::/:/bin/sh
            bob:x:%d:%d::/:/bin/sh
            dave:x:%d:%d::/:/bin/sh
            stranger:x:60120:60120::/:/bin/sh
            """.formatted(Machine.ALICE, Machine.ALICE, Machine.BOB, Machine.BOB, Machine.DAVE, Machine.DAVE));
        write("shadow", "root:*:1::::::\nalice:*:1::::::\nbob:*:1::::::\ndave:*:1::::::\nstranger:*:1::::::\n");
        write("runuser", """
            auth    sufficient pam_rootok.so
            account required   pam_permit.so
            session required   pam_exec.so log=%s/session.log %s/bin/warren-session %s/run
            """.formatted(machine.base(), machine.home(), machine.base()));
    }

    private static void write(String name, String text) throws Exception {
        Files.writeString(machine.base().resolve(name), text);
    }

    @AfterAll
    static void stop() throws Exception {
        machine.close();
    }

    private static Command session(String account, String perl) throws Exception {
        Path base = machine.base();
        return Command.run("unshare", "--mount", "sh", "-c",
            "mount --bind \"$0/passwd\" /etc/passwd && mount --bind \"$0/shadow\" /etc/shadow"
                + " && mount --bind \"$0/runuser\" /etc/pam.d/runuser && runuser -u \"$1\" -- perl -e \"$2\" 2>&1",
            base.toString(), account, perl);
    }

    private static int made(String account) throws Exception {
        String output = session(account, FORKS).output();
        assertTrue(output.matches("(?s).*made [0-9]+\\n?.*"), output);
        return Integer.parseInt(output.replaceAll("(?s).*made ([0-9]+).*", "$1"));
    }

    @Test
    void takesPartInTheQuotasOfTheOwnersVirtualHost() throws Exception {
        int alone = made("alice");
        assertTrue(alone >= 15 && alone < 20, "made " + alone + " of 20 processes without an interpreter beside");
        assertEquals(200, machine.http().get("alice.localhost", "/perl/who.pl").status());
        int beside = made("alice");
        assertTrue(beside >= 10 && beside < alone, "made " + beside + " beside an interpreter, " + alone + " without");
        machine.warren("reload", "alice.localhost").orFail();
        assertEquals(200, machine.http().get("alice.localhost", "/perl/who.pl").status());
    }

    @Test
    void takesPartInTheQuotasThatSeveralVirtualHostsShare() throws Exception {
        int made = made("dave");
        assertTrue(made >= 5 && made < 10, "made " + made + " of 10 processes");
    }

    @Test
    void whoHasSeveralQuotasOrNoneIsToldOrLeftAlone() throws Exception {
        Command refused = session("bob", FORKS);
        assertTrue(Files.readString(machine.base().resolve("session.log")).contains("UID " + Machine.BOB + " has 2 quotas, those of [bob.localhost, carol.localhost],"
            + " expected one (WarrenQuotasOf owner)\n"), () -> Command.text(machine.base().resolve("session.log")));
        assertFalse(refused.output().contains("made"), "the line of PAM says required");
        assertEquals(50, made("stranger"));
    }
}
