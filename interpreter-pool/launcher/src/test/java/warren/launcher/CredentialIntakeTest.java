package warren.launcher;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import warren.contract.VirtualHostName;
import warren.launcher.control.OwnersClient;
import warren.launcher.credentials.CredentialIntake;
import warren.launcher.credentials.CredentialStore;

/** An owner gives a credential into the launcher's hand: nobody else can, and nothing else than the whole value is kept. */
class CredentialIntakeTest {
    private static final VirtualHostName ALICES = new VirtualHostName("alice.example");
    private static final long ALICE = 60_001;
    private static final long BOB = 60_002;
    private Scratch scratch;
    private Path directory;
    private CredentialStore store;
    private CredentialIntake intake;
    private boolean his = true;

    @BeforeEach
    void open() throws IOException {
        scratch = new Scratch();
        directory = Files.createDirectory(scratch.path("intake"), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
        store = new CredentialStore(Files.createDirectory(scratch.path("state")));
        intake = new CredentialIntake(directory, store, Duration.ofSeconds(3));
    }

    @AfterEach
    void close() throws IOException {
        Scratch.await("the socket's end", () -> !Files.exists(CredentialIntake.socket(directory, ALICE)));
        scratch.close();
    }

    private void open(String name) throws IOException {
        intake.open(new CredentialIntake.Wanted(ALICES, name, ALICE, () -> his), () -> { });
    }

    /** What this user is told: the greeting, then the answer to these bytes. */
    private String give(long uid, String bytes) throws Exception {
        return scratch.perlAs(uid, "use IO::Socket::UNIX; $SIG{PIPE} = 'IGNORE'; my $s = IO::Socket::UNIX->new(Peer => '"
            + CredentialIntake.socket(directory, ALICE) + "') or print(\"refused: $!\"), exit; print scalar <$s>; syswrite $s, " + bytes
            + "; shutdown $s, 1; print <$s>");
    }

    /** Its mode is the owner's to change, and the kernel's word for who connects is not. */
    @Test
    void nobodyElseGivesItWhereTheOwnerLetsEverybodyConnect() throws Exception {
        open("database");
        scratch.perlAs(ALICE, "chmod 0666, '" + CredentialIntake.socket(directory, ALICE) + "' or die");
        assertEquals("", give(BOB, "pack('N a*', 6, 'secret')"));
        assertEquals(List.of(), store.names(ALICES));
    }

    @Test
    void isNotKeptWhereTheVirtualHostIsAnothersMeanwhile() throws Exception {
        open("database");
        his = false;
        assertEquals("alice.example database\nnot set: alice.example is not yours any more\n", give(ALICE, "pack('N a*', 6, 'secret')"));
        assertEquals(List.of(), store.names(ALICES));
    }

    /** One who is silent, and a queue that is full behind him: the next value can be given all the same. */
    @Test
    void aSilentOwnerWithAFullQueueHoldsNothingForLong() throws Exception {
        open("database");
        scratch.perlAs(ALICE, "use Socket; my $at = sockaddr_un('" + CredentialIntake.socket(directory, ALICE) + "'); my @all;"
            + "for (1 .. 600) { socket my $s, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0 or last; connect $s, $at; push @all, $s } sleep 8");
        Scratch.await("the next one", () -> isOpened("mail"));
        assertEquals("alice.example mail\n\n", give(ALICE, "pack('N a*', 1, 'x')"));
    }

    @Test
    void isNotAskedForTooOften() throws Exception {
        IOException refused = assertThrows(IOException.class, () -> {
            for (int i = 0; i < 13; i++) {
                intake.open(new CredentialIntake.Wanted(ALICES, "database", ALICE, () -> true), () -> { });
                give(ALICE, "pack('N', 0)");
            }
        });
        assertEquals("credentials have been set too often; try again in 10 s", refused.getMessage());
    }

    private boolean isOpened(String name) {
        try {
            open(name);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    @Test
    void takesItFromItsOwner() throws Exception {
        open("database");
        assertEquals("alice.example database\n\n", give(ALICE, "pack('N a*', 6, 'secret')"));
        assertArrayEquals("secret".getBytes(), store.find(ALICES, "database").orElseThrow());
    }

    @Test
    void nobodyElseCanEvenConnect() throws Exception {
        open("database");
        for (long other : new long[] {BOB, 60_100}) {
            assertEquals("refused: Permission denied", give(other, "'x'"));
        }
        // nor can he put something in its place
        assertTrue(scratch.perlAs(BOB, "print unlink('" + CredentialIntake.socket(directory, ALICE) + "') ? 'gone' : $!").contains("ermission denied"));
        assertEquals(List.of(), store.names(ALICES));
    }

    @ParameterizedTest
    @ValueSource(strings = {"''", "pack('N', 6)", "pack('N a*', 6, 'secre')", "pack('N', 0)", "pack('N a*', 65537, 'x' x 65537)",
        "pack('N', 0xffffffff)", "\"GET / HTTP/1.0\\r\\n\\r\\n\""})
    void keepsNothingThatIsNoWholeValue(String bytes) throws Exception {
        store.set(ALICES, "database", "before".getBytes());
        open("database");
        String told = give(ALICE, bytes);
        assertTrue(told.startsWith("alice.example database\nnot set: "), told);
        assertArrayEquals("before".getBytes(), store.find(ALICES, "database").orElseThrow());
    }

    @Test
    void waitsForOneValueOfAnOwnerAtATimeAndNotForLong() throws Exception {
        open("database");
        assertThrows(IOException.class, () -> open("mail"));
        Scratch.await("nobody's coming", () -> !Files.exists(CredentialIntake.socket(directory, ALICE)));
        assertEquals(List.of(), store.names(ALICES));
        Scratch.await("the next one", () -> isOpened("mail"));
        assertEquals("alice.example mail\n\n", give(ALICE, "pack('N a*', 1, 'x')"));
    }

    /** A connector that has been taken over asks for another of the owner's credentials than he does. */
    @Test
    void theOwnersCommandSendsNothingWhereAnotherIsAwaited() throws Exception {
        // this test is the owner
        intake.open(new CredentialIntake.Wanted(ALICES, "mail", 0, () -> true), () -> { });
        IOException refused = assertThrows(IOException.class,
            () -> OwnersClient.give(CredentialIntake.socket(directory, 0), ALICES, "database", "secret".getBytes()));
        assertTrue(refused.getMessage().contains("waits for \"alice.example mail\", expected it to wait for \"alice.example database\""), refused::getMessage);
        assertEquals(List.of(), store.names(ALICES));
    }
}
