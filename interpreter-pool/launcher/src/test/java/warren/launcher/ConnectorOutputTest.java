package warren.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectorOutputTest {
    @TempDir
    private Path directory;

    private Path file() {
        return directory.resolve("connector.out");
    }

    private Path old() {
        return directory.resolve("connector.out.1");
    }

    @Test
    void isMadeForRootAloneAndKeptWhileItIsShort() throws IOException {
        ConnectorOutput.prepare(file());
        assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
        Files.writeString(file(), "ready\n");
        ConnectorOutput.prepare(file());
        assertEquals("ready\n", Files.readString(file()));
        assertFalse(Files.exists(old()));
    }

    @Test
    void becomesTheOneOldOneWhenItIsLong() throws IOException {
        for (String letter : new String[] {"a", "b"}) {
            Files.writeString(file(), letter.repeat(1024 * 1024));
            ConnectorOutput.prepare(file());
            assertEquals(0, Files.size(file()));
            assertEquals(letter, Files.readString(old()).substring(0, 1));
        }
        assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
    }

    @Test
    void isRefusedAsALink() throws IOException {
        Path victim = Files.writeString(directory.resolve("victim"), "untouched");
        Files.createSymbolicLink(file(), victim);
        assertThrows(IOException.class, () -> ConnectorOutput.prepare(file()));
        assertEquals("untouched", Files.readString(victim));
    }
}
