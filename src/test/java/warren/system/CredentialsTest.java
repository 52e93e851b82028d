package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Alice's password in the store: her interpreters find it, with a jail and without; nobody else does, anywhere. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class CredentialsTest {
    private static final String SECRET = "correct-horse-battery-staple-4711";
    private static final String READ = """
        print "Content-Type: text/plain\\n\\n"; open my $file, '<', "$ENV{CREDENTIALS_DIRECTORY}/database" or die "$ENV{CREDENTIALS_DIRECTORY}: $!";
        print <$file>, ' ', sprintf('%o %d', (stat $file)[2] & 07777, (stat $file)[4]), ' ', open(my $w, '>', "$ENV{CREDENTIALS_DIRECTORY}/x") ? 'written' : "$!";
        """;
    /** Wherever a neighbor's code can look. */
    private static final String SEEK = """
        print "Content-Type: text/plain\\n\\n"; my @found;
        for my $file (glob('/run/credentials/* /run/*/* /proc/[0-9]*/environ /proc/[0-9]*/cmdline /proc/[0-9]*/root/run/credentials/*'),
            map { ("$_/state/credentials", "$_/state/credentials.key", "$_/run/credentials/database") } $ENV{QUERY_STRING}) {
            open my $in, '<', $file or next; local $/; push @found, $file if <$in> =~ /correct.horse/;
        }
        print "found: @found";
        """;
    private static Machine machine;

    @BeforeAll
    static void start() throws Exception {
        machine = new Machine();
        machine.addOwner("alice", Machine.ALICE, "WarrenCredential database");
        machine.addOwner("bob", Machine.BOB);
        machine.addOwner("carol", Machine.CAROL, "WarrenCredential database");
        machine.addOwner("dave", Machine.DAVE, "WarrenJail off", "WarrenCredential database");
        machine.addOwner("erin", Machine.ERIN, "WarrenJail off");
        for (String owner : List.of("alice", "dave")) {
            machine.write(owner, owner.equals("alice") ? Machine.ALICE : Machine.DAVE, "htdocs/perl/read.pl", READ, "644");
        }
        for (String owner : List.of("bob", "erin")) {
            machine.write(owner, owner.equals("bob") ? Machine.BOB : Machine.ERIN, "htdocs/perl/seek.pl", SEEK, "644");
        }
        machine.start();
        for (String owner : List.of("alice", "dave")) {
            assertEquals(0, credential(SECRET, "set", owner, "database").exitStatus());
        }
    }

    @AfterAll
    static void stop() throws Exception {
        machine.close();
    }

    private static Command credential(String value, String action, String owner, String... name) throws Exception {
        Path input = Files.createTempFile(machine.base(), "value", "");
        Files.writeString(input, value);
        try {
            List<String> words = new ArrayList<>(List.of("sh", "-c", "exec \"$0\" \"$@\" <" + input, machine.home().resolve("bin/warren").toString(),
                "credential", action, owner + ".localhost"));
            words.addAll(List.of(name));
            words.addAll(List.of("--runtime", machine.base().resolve("run").toString()));
            return Command.run(words);
        } finally {
            Files.delete(input);
        }
    }

    private static Reply get(String owner, String script) throws Exception {
        return machine.http().get(owner + ".localhost", "/perl/" + script);
    }

    @Test
    @Order(1)
    void theOwnersInterpretersFindItAndCannotChangeIt() throws Exception {
        assertEquals(SECRET + " 400 " + Machine.ALICE + " Read-only file system", get("alice", "read.pl").body());
        assertEquals(SECRET + " 400 " + Machine.DAVE + " Read-only file system", get("dave", "read.pl").body());
        assertEquals(0, machine.warren("attest").exitStatus(), "it is a mount that was planned");
    }

    @Test
    @Order(2)
    void nobodyElseFindsItAnywhere() throws Exception {
        get("alice", "read.pl");
        get("dave", "read.pl");
        for (String owner : List.of("bob", "erin")) {
            assertEquals("found: ", get(owner, "seek.pl?" + machine.base()).body(), owner);
        }
        // what is on the disk, what the commands show, what runs: the owners' own interpreters apart
        for (Path file : files()) {
            assertFalse(contains(file), file + " has it in clear");
        }
        assertFalse(machine.warren("status", "--json").output().contains("correct-horse"));
        assertFalse(Command.run("ps", "axeww").output().contains("correct-horse"));
        assertEquals("database\n", credential("", "list", "alice").output());
    }

    @Test
    @Order(2)
    void configtestSaysWhatIsLostWithoutAJail() throws Exception {
        String told = machine.warren("configtest", "-f", machine.base().resolve("httpd.conf").toString()).output();
        assertTrue(told.contains("warning: credentials of dave.localhost can be read by everything under the owner's UID"), told);
    }

    /** A connector that has been taken over, and a cron job or shell of a neighbor's: files, sockets, processes. */
    @Test
    @Order(2)
    void neitherTheConnectorNorANeighborsShellFindsIt() throws Exception {
        get("alice", "read.pl");
        get("dave", "read.pl");
        String search = "grep -rsl correct-hors[e] '" + machine.base() + "/state' '" + machine.base() + "/run' /proc/[0-9]*/environ /proc/[0-9]*/cmdline"
            + " /proc/[0-9]*/root/run/credentials /proc/[0-9]*/root" + machine.base() + "/run/credentials /proc/[0-9]*/fd 2>/dev/null; true";
        for (int uid : List.of(Machine.CONNECTOR, Machine.BOB, Machine.ERIN, 33)) {
            assertEquals("", Command.run("setpriv", "--reuid", "" + uid, "--regid", "" + uid, "--clear-groups", "sh", "-c", search).output(), "" + uid);
        }
        // the search is a good one: dave has no jail, and his own shell finds what is his
        assertTrue(Command.run("setpriv", "--reuid", "" + Machine.DAVE, "--regid", "" + Machine.DAVE, "--clear-groups", "sh", "-c", search).output()
            .contains("/run/credentials/database"));
        // the control socket gives no values, and hears root alone
        for (int uid : List.of(Machine.CONNECTOR, Machine.BOB, Machine.ALICE)) {
            Command asked = Command.run("setpriv", "--reuid", "" + uid, "--regid", "" + uid, "--clear-groups", "perl", "-MIO::Socket::UNIX", "-e",
                "my $s = IO::Socket::UNIX->new('" + machine.base() + "/run/control/control.sock') or die qq(no: $!\n);"
                    + "print {$s} '{\"verb\":\"CREDENTIAL\",\"virtualHost\":\"alice.localhost\",\"withinSeconds\":9,"
                    + "\"credential\":{\"action\":\"LIST\"}}', qq(\n); print 'said: ', <$s> // ''");
            assertTrue(asked.exitStatus() != 0 || asked.output().equals("said: "), asked.output());
        }
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(machine.base())) {
            return all.filter(Files::isRegularFile).filter(file -> !file.startsWith(machine.home())).toList();
        }
    }

    private static boolean contains(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains("correct-horse");
    }

    @Test
    @Order(3)
    void aMissingOneRefusesThatLaunchAndNamesIt() throws Exception {
        assertEquals(503, get("carol", "who.pl").status());
        assertTrue(machine.ownersLog("carol").contains("the credential \"database\" is not in the store, expected it from"
            + " warren credential set carol.localhost database"), machine.ownersLog("carol"));
        assertEquals(200, get("alice", "read.pl").status());
    }

    @Test
    @Order(4)
    void rotatingGivesTheNewOneByAReloadAndTheOldOneIsGone() throws Exception {
        Command rotated = credential("another-one", "rotate", "alice", "database");
        assertEquals(0, rotated.exitStatus(), rotated::output);
        Await.until("the new value", Duration.ofSeconds(20), () -> get("alice", "read.pl").body().startsWith("another-one "));
        assertEquals(1, credential("x", "rotate", "alice", "none").exitStatus());
        assertEquals(1, credential("", "set", "alice", "empty").exitStatus());
        assertEquals(1, credential("x", "set", "alice", "../x").exitStatus());
        assertTrue(credential("x", "set", "alice", "../x").output().contains("expected a name of up to 64 letters"));
    }

    @Test
    @Order(5)
    void aStoreThatIsChangedCutOffOrUnderAnotherKeyRefusesTheLaunchesThatWantIt() throws Exception {
        Path store = machine.base().resolve("state/credentials");
        Path key = machine.base().resolve("state/credentials.key");
        byte[] good = Files.readAllBytes(store);
        byte[] goodKey = Files.readAllBytes(key);
        byte[] changed = good.clone();
        changed[changed.length - 20] ^= 1;
        byte[] otherKey = goodKey.clone();
        otherKey[3] ^= 1;
        requireRefused(store, changed, "cannot be opened with the key in ");
        requireRefused(store, java.util.Arrays.copyOf(good, 20), " is cut off or no store of Warren's");
        requireRefused(store, java.util.Arrays.copyOf(good, good.length - 5), "cannot be opened with the key in ");
        Files.write(store, good);
        requireRefused(key, otherKey, "cannot be opened with the key in ");
        requireRefused(key, new byte[5], " has 5 bytes, expected the key of 32");
        Files.write(key, goodKey);
        machine.warren("reload", "alice.localhost").orFail();
        assertTrue(get("alice", "read.pl").body().startsWith("another-one "));
    }

    private static void requireRefused(Path file, byte[] content, String why) throws Exception {
        Files.write(file, content);
        Command reload = machine.warren("reload", "alice.localhost");
        assertEquals(1, reload.exitStatus());
        assertTrue(reload.output().contains(why), reload.output());
        assertEquals(200, get("alice", "read.pl").status(), "what ran goes on");
        assertEquals(200, get("bob", "who.pl").status());
    }

    @Test
    @Order(6)
    void aRemovedOneIsNotGivenAgain() throws Exception {
        assertEquals(0, credential("", "remove", "alice", "database").exitStatus());
        assertEquals(1, credential("", "remove", "alice", "database").exitStatus());
        assertEquals(1, machine.warren("reload", "alice.localhost").exitStatus());
        assertEquals("", credential("", "list", "alice").output());
        assertEquals(0, machine.warren("attest", "alice.localhost").exitStatus(), "what runs has it still, as was planned");
    }
}
