package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Owners give orders for what is theirs, by the same command, under their own UIDs; nothing that they send there disturbs others. */
final class OwnersCommandsTest {
    private static final int FLOOD = Integer.getInteger("warren.load.ownersMessages", 3000);
    private static Machine machine;

    @BeforeAll
    static void start() throws Exception {
        machine = new Machine();
        machine.addOwner("alice", Machine.ALICE, "WarrenMemoryMax 300M");
        machine.addOwner("bob", Machine.BOB);
        machine.addOwner("carol", Machine.CAROL, "WarrenCredential database");
        machine.write("carol", Machine.CAROL, "htdocs/perl/read.pl", """
            print "Content-Type: text/plain\n\n"; open my $file, '<', "$ENV{CREDENTIALS_DIRECTORY}/database" or die; print <$file>;
            """, "644");
        machine.start();
    }

    @AfterAll
    static void stop() throws Exception {
        machine.close();
    }

    private static Command as(int uid, String... words) throws Exception {
        List<String> all = new ArrayList<>(List.of("setpriv", "--reuid", "" + uid, "--regid", "" + uid, "--clear-groups"));
        all.addAll(List.of(words));
        return Command.run(all);
    }

    private static Command warren(int uid, String... words) throws Exception {
        List<String> all = new ArrayList<>(List.of(machine.home().resolve("bin/warren").toString()));
        all.addAll(List.of(words));
        all.addAll(words[0].equals("logs") ? List.of("--log", machine.base() + "/log") : List.of("--runtime", machine.base() + "/run"));
        return as(uid, all.toArray(String[]::new));
    }

    private static int generation(String owner) throws Exception {
        machine.http().get(owner + ".localhost", "/perl/who.pl");
        var generations = machine.pool(owner).path("generations");
        return generations.path(generations.size() - 1).path("number").asInt();
    }

    @Test
    void anOwnerSeesReloadsAndStopsHisOwn() throws Exception {
        int before = generation("alice");
        String status = warren(Machine.ALICE, "status").orFail();
        assertTrue(status.startsWith("alice.localhost serving generation=" + before + " busy=0 idle=1 "), status);
        assertEquals(1, status.lines().count(), status);
        assertEquals("reloaded\n", warren(Machine.ALICE, "reload", "alice.localhost").orFail());
        assertEquals(before + 1, generation("alice"));
        assertTrue(warren(Machine.ALICE, "limits", "alice.localhost").orFail().contains("WarrenMemoryMax            300M"));
        assertTrue(warren(Machine.ALICE, "stop", "alice.localhost").orFail().startsWith("what ran ends"));
        Await.until("its end", Duration.ofSeconds(20), () -> machine.pool("alice").path("generations").isEmpty());
        assertEquals(before + 2, generation("alice"));
    }

    @Test
    void heReadsWhyHisCodeDoesNotLoadInTheAnswerAndInHisLog() throws Exception {
        generation("bob");
        machine.write("bob", Machine.BOB, "app/app.psgi", "use strict; $oops = 1;", "644");
        Command reload = warren(Machine.BOB, "reload", "bob.localhost");
        assertEquals(1, reload.exitStatus());
        String why = "at " + machine.site("bob") + "/app/app.psgi line 1";
        assertTrue(reload.output().startsWith("not reloaded, what ran goes on: ") && reload.output().contains(why), reload.output());
        assertTrue(warren(Machine.BOB, "logs", "bob.localhost").orFail().contains(why));
        assertEquals(1, warren(Machine.ALICE, "logs", "bob.localhost").exitStatus());
    }

    /** The value comes from standard input, and goes past the connector. */
    private static Command credential(int uid, String value, String... words) throws Exception {
        List<String> all = new ArrayList<>(List.of("sh", "-c", "printf %s " + value + " | \"$0\" credential \"$@\" --runtime " + machine.base() + "/run",
            machine.home().resolve("bin/warren").toString()));
        all.addAll(List.of(words));
        return as(uid, all.toArray(String[]::new));
    }

    @Test
    void anOwnerSetsAndRotatesACredentialOfHis() throws Exception {
        assertEquals("database set: launches from now on have it\n",
            credential(Machine.CAROL, "first-secret", "set", "carol.localhost", "database").orFail());
        assertEquals("first-secret", machine.http().get("carol.localhost", "/perl/read.pl").body());
        assertEquals("reloaded\n", credential(Machine.CAROL, "second-secret", "rotate", "carol.localhost", "database").orFail());
        assertEquals("second-secret", machine.http().get("carol.localhost", "/perl/read.pl").body());
        for (String log : List.of("launcher.log", "connector/connector.log")) {
            assertFalse(Command.text(machine.base().resolve("log").resolve(log)).contains("-secret"), log);
        }
        assertTrue(Command.text(machine.base().resolve("log/launcher.log")).contains("vhost=carol.localhost UID " + Machine.CAROL + " has set the credential database"));
        Command unnamed = credential(Machine.CAROL, "x", "set", "carol.localhost", "other");
        assertEquals(1, unnamed.exitStatus());
        assertEquals("no credential of this name is given to carol.localhost, expected one that WarrenCredential names for it\n", unnamed.output());
        assertTrue(credential(Machine.BOB, "x", "set", "carol.localhost", "database").output().startsWith("no virtual host \"carol.localhost\" of yours"));
        assertTrue(credential(Machine.CAROL, "x", "list", "carol.localhost").output().contains("list is the administrator's"));
        assertEquals("second-secret", machine.http().get("carol.localhost", "/perl/read.pl").body());
    }

    @Test
    void anothersAreNotHis() throws Exception {
        int before = generation("bob");
        for (String order : List.of("reload", "stop", "limits")) {
            Command refused = warren(Machine.ALICE, order, "bob.localhost");
            assertEquals(1, refused.exitStatus());
            assertEquals("no virtual host \"bob.localhost\" of yours is configured: UID " + Machine.ALICE + "\n", refused.output());
            // of one that there is not he hears the same
            assertEquals("no virtual host \"nobody.localhost\" of yours is configured: UID " + Machine.ALICE + "\n",
                warren(Machine.ALICE, order, "nobody.localhost").output());
        }
        assertEquals(before, generation("bob"));
        assertEquals("no virtual host of yours is configured: UID 33\n", warren(33, "status").output());
        // the launcher's own socket is root's
        assertFalse(warren(Machine.ALICE, "attest").output().contains("alice"));
    }

    /** Garbage, silence, a flood: the owners' socket goes on, and visitors notice nothing. */
    @Test
    void whateverBobSendsAliceIsAnswered() throws Exception {
        String attack = """
            use IO::Socket::UNIX; $SIG{PIPE} = 'IGNORE'; my $path = shift; my $count = shift; my @silent;
            sub connection { IO::Socket::UNIX->new(Peer => $path) }
            push @silent, connection() for 1 .. 40;
            for my $i (1 .. $count) {
                my $c = connection() or next;
                syswrite $c, $i % 3 ? pack('N', 1 + rand 2000) . join('', map { chr rand 256 } 1 .. rand 100) : pack('N', 0xffffffff);
                sysread $c, my $answer, 10 if $i % 50 == 0;
            }
            print 'done';
            """;
        Process flood = new ProcessBuilder("setpriv", "--reuid", "" + Machine.BOB, "--regid", "" + Machine.BOB, "--clear-groups", "perl", "-e", attack,
            machine.base() + "/run/owners/owners.sock", "" + FLOOD).redirectErrorStream(true)
            .redirectOutput(machine.base().resolve("flood.out").toFile()).start();
        int asked = 0;
        while (flood.isAlive() || asked < 3) {
            assertEquals(200, machine.http().get("alice.localhost", "/perl/who.pl").status());
            Command status = warren(Machine.ALICE, "status");
            assertEquals(0, status.exitStatus(), status::output);
            asked++;
        }
        assertEquals("done", Command.text(machine.base().resolve("flood.out")));
    }
}
