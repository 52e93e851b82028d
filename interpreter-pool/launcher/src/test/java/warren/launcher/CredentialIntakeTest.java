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

    /** What this user is told: the greeting, then the answer to these bytes. */
    private String give(long uid, String bytes) throws Exception {
        return scratch.perlAs(uid, "use IO::Socket::UNIX; $SIG{PIPE} = 'IGNORE'; my $s = IO::Socket::UNIX->new(Peer => '"
            + CredentialIntake.socket(directory, ALICE) + "') or print(\"refused: $!\"), exit; print scalar <$s>; syswrite $s, " + bytes
            + "; shutdown $s, 1; print <$s>");
    }

    @Test
    void takesItFromItsOwner() throws Exception {
        intake.open(ALICES, "database", ALICE);
        assertEquals("alice.example database\n\n", give(ALICE, "pack('N a*', 6, 'secret')"));
        assertArrayEquals("secret".getBytes(), store.find(ALICES, "database").orElseThrow());
    }

    @Test
    void nobodyElseCanEvenConnect() throws Exception {
        intake.open(ALICES, "database", ALICE);
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
        intake.open(ALICES, "database", ALICE);
        String told = give(ALICE, bytes);
        assertTrue(told.startsWith("alice.example database\nnot set: "), told);
        assertArrayEquals("before".getBytes(), store.find(ALICES, "database").orElseThrow());
    }

    @Test
    void waitsForOneValueOfAnOwnerAtATimeAndNotForLong() throws Exception {
        intake.open(ALICES, "database", ALICE);
        assertThrows(IOException.class, () -> intake.open(ALICES, "mail", ALICE));
        Scratch.await("nobody's coming", () -> !Files.exists(CredentialIntake.socket(directory, ALICE)));
        assertEquals(List.of(), store.names(ALICES));
        Scratch.await("the next one", () -> {
            try {
                intake.open(ALICES, "mail", ALICE);
                return true;
            } catch (IOException notYet) {
                return false;
            }
        });
        assertEquals("alice.example mail\n\n", give(ALICE, "pack('N a*', 1, 'x')"));
    }

    /** A connector that has been taken over asks for another of the owner's credentials than he does. */
    @Test
    void theOwnersCommandSendsNothingWhereAnotherIsAwaited() throws Exception {
        intake.open(ALICES, "mail", ALICE);
        IOException refused = assertThrows(IOException.class,
            () -> OwnersClient.give(CredentialIntake.socket(directory, ALICE), ALICES, "database", "secret".getBytes()));
        assertTrue(refused.getMessage().contains("waits for \"alice.example mail\", expected it to wait for \"alice.example database\""), refused::getMessage);
        assertEquals(List.of(), store.names(ALICES));
    }
}
