package warren.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import warren.launcher.credentials.CredentialIntake;
import warren.launcher.credentials.CredentialStore;
import warren.launcher.stage.Preparation;
import warren.launcher.system.DescriptorStream;
import warren.launcher.system.Descriptors;
import warren.launcher.system.SystemCallFailed;
import warren.launcher.system.UnixSocket;

/** The connector's door, knocked at by other processes under other UIDs. */
class AskServerTest {
    private static final long CONNECTOR = 60100;
    private static final String CONFIGURE = "pack('N C', 1, 1)";
    private Scratch scratch;
    private Directories directories;
    private WarmStages stages;
    private AskServer server;

    @BeforeEach
    void open() throws IOException {
        scratch = new Scratch();
        directories = scratch.directories(CONNECTOR);
        stages = new WarmStages(Scratch.CHILDREN, scratch.stage(), scratch.cgroups(), Preparation.NOTHING);
        CredentialStore store = new CredentialStore(scratch.path("state"));
        Plugins plugins = Plugins.load(scratch.path("plugins"));
        LaunchPlans plans = new LaunchPlans(plugins, store, scratch.path("run/root"), scratch.path("run/credentials"));
        Generations generations = new Generations(scratch.cgroups(), directories, stages, plans, CONNECTOR);
        Configurations configurations = new Configurations(0);
        server = new AskServer(directories, CONNECTOR, (int) CONNECTOR, new Asks(directories,
            Secrets.load(scratch.path("state")), configurations, generations, new Reloads(0),
            new OwnersLogRotation(directories.ownersLogs(), CONNECTOR), new HandOver(() -> { }),
            new OwnersAsks(configurations, plugins, plans, store, new CredentialIntake(directories.credentialIntake(), store, CredentialIntake.USUAL))));
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        stages.close();
        scratch.close();
    }

    /** What comes back for these bytes: a Perl expression. */
    private String askAs(long uid, String bytes) throws Exception {
        return scratch.perlAs(uid, "use IO::Socket::UNIX; $SIG{PIPE} = 'IGNORE'; my $s = IO::Socket::UNIX->new(Peer => '"
            + directories.launcherSocket() + "') or print(\"refused: $!\"), exit; syswrite $s, " + bytes
            + "; shutdown $s, 1; local $/; my $a = <$s> // ''; print 'answer of ', length $a, ': ', $a");
    }

    @Test
    void answersTheConnector() throws Exception {
        String answer = askAs(CONNECTOR, CONFIGURE);
        assertTrue(answer.contains(directories.ajpSocket().toString()), answer);
    }

    @Test
    void keepsOwnersOutByItsDirectory() throws Exception {
        assertEquals("refused: Permission denied", askAs(60101, CONFIGURE));
    }

    @Test
    void closesOnAPeerThatIsNotTheConnectorEvenRoot() throws Exception {
        int connection = UnixSocket.connect(directories.launcherSocket().toString());
        try {
            DescriptorStream stream = new DescriptorStream(connection, Duration.ofSeconds(10));
            assertThrows(EOFException.class, () -> stream.input().skipNBytes(1));
        } finally {
            Descriptors.close(connection);
        }
    }

    @Test
    void closesWithoutAnAnswerOnWhatIsMalformed() throws Exception {
        for (String bytes : new String[] {"''", "pack('N', 1)", "pack('N C', 0, 1)", "pack('N C', 0xffffffff, 1)",
            "pack('N C', 1, 99)", "pack('N C C', 2, 1, 0)", "pack('N C Q>', 9, 3, 65536)", "'GET / HTTP/1.1'",
            "pack('N C Q> a* Q>', 22, 3, 5, '../..', 0)"}) {
            assertEquals("answer of 0: ", askAs(CONNECTOR, bytes), bytes);
        }
        assertTrue(askAs(CONNECTOR, CONFIGURE).length() > 20, "it still answers");
    }

    @Test
    void answersALaunchOfAnUnknownNameWithAFailure() throws Exception {
        String answer = askAs(CONNECTOR, "pack('N C Q> a* Q>', 22, 3, 5, 'alice', 0)");
        assertTrue(answer.contains("no such virtual host is configured"), answer);
    }

    @Test
    void leavesNoSocketBehind() throws Exception {
        server.close();
        assertFalse(Files.exists(directories.launcherSocket()));
        assertThrows(SystemCallFailed.class, () -> UnixSocket.connect(directories.launcherSocket().toString()));
    }
}
