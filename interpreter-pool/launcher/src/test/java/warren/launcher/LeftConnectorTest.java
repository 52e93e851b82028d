package warren.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import warren.launcher.cgroup.Cgroup;
import warren.launcher.system.Descriptors;
import warren.launcher.system.EndWatch;
import warren.launcher.system.PosixSpawn;
import warren.launcher.system.UnixSocket;
import warren.plugin.GroupId;
import warren.plugin.UserId;

/** A process that stands where a connector would, with a real socket as descriptor 0. */
class LeftConnectorTest {
    private static final int CONNECTOR = 60100;
    private Scratch scratch;
    private Directories directories;
    private ConnectorProgram program;
    private UnixSocket socket;
    private Children.Child process;

    @BeforeEach
    void make() throws IOException {
        scratch = new Scratch();
        directories = scratch.directories(CONNECTOR);
        program = ConnectorProgram.of(scratch.path("home"), directories, new UserId(CONNECTOR), new GroupId(CONNECTOR));
        socket = UnixSocket.listen(directories.ajpSocket().toString(), 0, 0660);
    }

    @AfterEach
    void remove() throws IOException {
        socket.close();
        scratch.close();
    }

    private void start(int descriptor, String perl) throws IOException {
        Cgroup cgroup = scratch.cgroups().createForConnector(3);
        Path ready = scratch.path("ready");
        int out = Descriptors.above(new warren.launcher.system.LinuxSystemCalls().open(ready.toString(), 0102));
        process = Scratch.CHILDREN.spawn(() -> PosixSpawn.spawn("/usr/bin/perl", List.of("perl", "-e",
            "$| = 1; " + perl + "; print 'ready'; sleep 1000"), List.of(), List.of(descriptor, out, out)));
        Descriptors.close(out);
        cgroup.take(process.pid());
        new Notes(directories.connectorNotes()).write("connector.3", Note.of(process.pid(), Instant.now(), program.user(),
            program.group(), List.of(), program.fingerprint()));
        Scratch.await("its readiness", () -> read(ready).equals("ready"));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }

    private Optional<LeftConnector> find() throws IOException {
        return LeftConnector.find(scratch.cgroups(), directories, new EndWatch(), program, 60033, 0660);
    }

    private void assertEnded(Optional<LeftConnector> found) {
        assertEquals(Optional.empty(), found);
        Scratch.await("its end", () -> process.isReaped());
        assertFalse(Files.exists(scratch.cgroups().directory().resolve("connector.3")));
    }

    @Test
    void isTakenOverWithItsSocketAndWhatWaitsThere() throws Exception {
        start(socket.descriptor(), "1");
        int waiting = UnixSocket.connect(directories.ajpSocket().toString());
        Descriptors.close(socket.descriptor());
        LeftConnector found = find().orElseThrow();
        assertEquals(process.pid(), found.process().pid());
        assertEquals(3, found.number());
        Descriptors.close(found.ajp().accept());
        Descriptors.close(waiting);
        assertEquals(60033, Files.getAttribute(directories.ajpSocket(), "unix:gid"));
        found.process().signal(9);
        assertEquals("ended", found.process().end().get());
        found.process().signal(9);
        socket = found.ajp();
    }

    @Test
    void isEndedWhereItsDescriptorIsNoSocket() throws Exception {
        start(socket.descriptor(), "open STDIN, '<', '/dev/null'");
        assertEnded(find());
    }

    @Test
    void isEndedWhereItsDescriptorIsClosed() throws Exception {
        start(socket.descriptor(), "use POSIX; POSIX::close(0)");
        assertEnded(find());
    }

    @Test
    void isEndedWhereItsSocketIsBoundElsewhere() throws Exception {
        try (UnixSocket other = UnixSocket.listen(scratch.path("other.sock").toString(), 0, 0660)) {
            start(other.descriptor(), "1");
            assertEnded(find());
        }
    }

    @Test
    void isEndedWhereItsSocketDoesNotListen() throws Exception {
        int connection = Descriptors.above(UnixSocket.connect(directories.ajpSocket().toString()));
        start(connection, "1");
        Descriptors.close(connection);
        assertEnded(find());
    }

    @Test
    void isEndedWhereSomebodyElseThanRootMadeItsSocketListen() throws Exception {
        start(socket.descriptor(), "$( = $) = '60100 60100'; $< = $> = 60100; listen STDIN, 5 or die $!");
        assertEnded(find());
    }

    @Test
    void isEndedWhereItWouldBeStartedOtherwiseNow() throws Exception {
        start(socket.descriptor(), "1");
        program = ConnectorProgram.of(scratch.path("elsewhere"), directories, program.user(), program.group());
        assertEnded(find());
    }

    @Test
    void isEndedWhereItIsAnotherUserNow() throws Exception {
        start(socket.descriptor(), "1");
        program = ConnectorProgram.of(scratch.path("home"), directories, new UserId(60101), program.group());
        assertEnded(find());
    }

    @Test
    void isRestartedAtOnceAndThenAfterLongerAndLongerPauses() {
        assertTrue(ConnectorProcess.pause(0).isZero());
        assertEquals(100, ConnectorProcess.pause(1).toMillis());
        assertEquals(400, ConnectorProcess.pause(3).toMillis());
        assertEquals(30_000, ConnectorProcess.pause(1000).toMillis());
    }
}
