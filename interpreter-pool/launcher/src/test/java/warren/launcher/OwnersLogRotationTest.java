package warren.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import warren.contract.LogRotation;
import warren.contract.PoolSettings;
import warren.contract.VirtualHost;
import warren.contract.VirtualHostName;
import warren.plugin.GroupId;
import warren.plugin.UserId;

/** Real files in a directory of root's, looked at by the connector's, the owner's and a neighbor's UID. */
class OwnersLogRotationTest {
    private static final long CONNECTOR = 60100;
    private static final long OWNER = 60101;
    private static final long NEIGHBOR = 60102;
    private Scratch scratch;
    private Path directory;
    private Path log;
    private OwnersLogRotation rotation;

    @BeforeEach
    void make() throws IOException {
        scratch = new Scratch();
        directory = Files.createDirectory(scratch.path("owners"));
        log = directory.resolve("alice.log");
        rotation = new OwnersLogRotation(directory, CONNECTOR);
    }

    @AfterEach
    void remove() throws IOException {
        scratch.close();
    }

    private static Site site(LogRotation when) {
        return new Site(new VirtualHost(new VirtualHostName("alice"), Optional.empty(), "/", List.of(), true,
            PoolSettings.DEFAULT, when, 0, Optional.empty(), Optional.empty(), OptionalLong.empty()), Optional.of(new Site.Owner(new UserId(OWNER),
                new GroupId(OWNER), List.of(), Path.of("/"), Optional.empty())), List.of(), List.of());
    }

    private void tend(int kept) {
        rotation.tend(site(new LogRotation(10, kept)));
    }

    private String doing(long uid, String mode, Path file) throws Exception {
        return scratch.perlAs(uid, "print open(my $f, '" + mode + "', '" + file + "') ? 'yes' : 'no'");
    }

    private Path old(int number) {
        return directory.resolve("alice.log." + number);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void makesALogThatIsMissing() throws Exception {
        tend(3);
        assertEquals("yes", doing(CONNECTOR, ">>", log));
        assertEquals("yes", doing(OWNER, "<", log));
    }

    @Test
    void leavesOneThatIsNotLongEnoughWhateverIsAsked() throws Exception {
        tend(3);
        Files.writeString(log, "9 bytes..");
        for (int i = 0; i < 10; i++) {
            tend(3);
        }
        rotation.tend(site(LogRotation.OFF));
        assertEquals(List.of("alice.log"), names());
        assertEquals("9 bytes..", Files.readString(log));
    }

    @Test
    void keepsSoManyOldOnesTheNewestFirst() throws Exception {
        for (int i = 1; i <= 5; i++) {
            tend(3);
            Files.writeString(log, "the " + i + ". log of ten bytes\n");
        }
        tend(3);
        assertEquals(List.of("alice.log", "alice.log.1", "alice.log.2", "alice.log.3"), names());
        assertEquals("", Files.readString(log));
        assertEquals("the 5. log of ten bytes\n", Files.readString(old(1)));
        assertEquals("the 3. log of ten bytes\n", Files.readString(old(3)));
        Files.writeString(log, "the 6. log of ten bytes\n");
        tend(1);
        assertEquals(List.of("alice.log", "alice.log.1"), names());
        assertEquals("the 6. log of ten bytes\n", Files.readString(old(1)));
    }

    @Test
    void leavesTheNewOneToTheConnectorAndAnOldOneToItsReaderAlone() throws Exception {
        tend(3);
        Files.writeString(log, "more than ten bytes\n");
        tend(3);
        assertEquals("yes", doing(CONNECTOR, ">>", log));
        assertEquals("no", doing(OWNER, ">>", log));
        for (Path file : List.of(log, old(1))) {
            assertEquals("yes", doing(OWNER, "<", file));
            assertEquals("no", doing(NEIGHBOR, "<", file));
        }
        assertEquals("no", doing(CONNECTOR, ">>", old(1)));
        assertEquals("no", doing(OWNER, ">>", old(1)));
    }

    @Test
    void followsNoLink() throws Exception {
        Path victim = Files.writeString(scratch.path("victim"), "untouched, and longer than ten bytes");
        Files.createSymbolicLink(log, victim);
        Files.createSymbolicLink(directory.resolve("alice.log.new"), victim);
        Files.createSymbolicLink(old(1), victim);
        for (int i = 0; i < 4; i++) {
            tend(2);
        }
        assertEquals("untouched, and longer than ten bytes", Files.readString(victim));
        assertEquals(0, Files.getAttribute(victim, "unix:uid"));
        assertEquals(1, Files.getAttribute(victim, "unix:nlink", LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void goesOnWhereItWasInterrupted() throws Exception {
        tend(3);
        Files.writeString(log, "more than ten bytes\n");
        Files.writeString(directory.resolve("alice.log.new"), "left over");
        Files.writeString(old(2), "from before\n");
        tend(3);
        assertEquals(List.of("alice.log", "alice.log.1", "alice.log.2"), names());
        assertEquals("more than ten bytes\n", Files.readString(old(1)));
        assertEquals("from before\n", Files.readString(old(2)));
        assertEquals("", Files.readString(log));
    }

    @Test
    void losesNoLogWhereANewOneCannotBeMade() throws Exception {
        tend(3);
        Files.writeString(log, "more than ten bytes\n");
        Files.writeString(old(1), "from before\n");
        Files.createDirectories(directory.resolve("alice.log.new/in the way"));
        for (int i = 0; i < 5; i++) {
            tend(3);
        }
        assertEquals("more than ten bytes\n", Files.readString(log));
        assertEquals("from before\n", Files.readString(old(1)));
    }

    @Test
    void isAtNoMomentWithoutALogToAppendTo() throws Exception {
        tend(3);
        AtomicBoolean done = new AtomicBoolean();
        Thread rotating = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < 300; i++) {
                try {
                    Files.writeString(log, "more than ten bytes\n");
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
                tend(3);
            }
            done.set(true);
        });
        while (!done.get() && rotating.isAlive()) {
            assertTrue(Files.exists(log));
        }
        rotating.join();
        assertTrue(done.get());
    }
}
