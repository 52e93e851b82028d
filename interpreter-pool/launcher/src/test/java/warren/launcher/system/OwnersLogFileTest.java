package warren.launcher.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import warren.launcher.Scratch;

class OwnersLogFileTest {
    private static final long CONNECTOR = 60100;
    private static final long OWNER = 60101;
    private static final long NEIGHBOR = 60102;
    private Scratch scratch;
    private Path log;

    @BeforeEach
    void make() throws IOException {
        scratch = new Scratch();
        log = scratch.path("alice.log");
    }

    @AfterEach
    void remove() throws IOException {
        scratch.close();
    }

    private String doing(long uid, String mode) throws Exception {
        return scratch.perlAs(uid, "print open(my $f, '" + mode + "', '" + log + "') ? 'yes' : 'no'");
    }

    @Test
    void isWrittenByTheConnectorReadByItsOwnerAndNobodyElses() throws Exception {
        assertTrue(OwnersLogFile.prepare(log.toString(), CONNECTOR, OWNER));
        assertEquals("yes", doing(CONNECTOR, ">>"));
        assertEquals("yes", doing(OWNER, "<"));
        assertEquals("no", doing(OWNER, ">>"));
        assertEquals("no", doing(NEIGHBOR, "<"));
        assertEquals("no", doing(NEIGHBOR, ">>"));
        assertEquals("0", scratch.perlAs(OWNER, "print unlink('" + log + "') + 0"));
        assertEquals("0", scratch.perlAs(OWNER, "print rename('" + log + "', '" + log + ".1') + 0"));
    }

    @Test
    void keepsWhatWasWrittenAndChangesItsReader() throws Exception {
        OwnersLogFile.prepare(log.toString(), CONNECTOR, OWNER);
        Files.writeString(log, "a line\n");
        OwnersLogFile.prepare(log.toString(), CONNECTOR, NEIGHBOR);
        assertEquals("a line\n", Files.readString(log));
        assertEquals("no", doing(OWNER, "<"));
        assertEquals("yes", doing(NEIGHBOR, "<"));
    }

    @Test
    void followsNoLink() throws Exception {
        Path victim = Files.writeString(scratch.path("victim"), "untouched");
        Files.createSymbolicLink(log, victim);
        SystemCallFailed failed = assertThrows(SystemCallFailed.class,
            () -> OwnersLogFile.prepare(log.toString(), CONNECTOR, OWNER));
        assertEquals("ELOOP", failed.errno());
        assertEquals(0, Files.getAttribute(victim, "unix:uid"));
    }
}
