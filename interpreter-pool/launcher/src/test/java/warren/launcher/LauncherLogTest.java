package warren.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.apache.logging.log4j.LogManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherLogTest {
    @TempDir
    Path directory;

    @AfterEach
    void closeTheFile() {
        LauncherLog.toConsole();
    }

    @Test
    void writesALineForEachMessageWhateverIsInIt() throws Exception {
        LauncherLog.to(directory);
        LogManager.getLogger("test").error("{}", "one\r\nforged \u001b[2J\u0000\u009b ${jndi:ldap://x} {} %d end");
        List<String> lines = Files.readAllLines(directory.resolve("launcher.log"));
        assertEquals(1, lines.size(), lines.toString());
        assertTrue(lines.get(0).endsWith("ERROR one\\r\\nforged ?[2J?? ${jndi:ldap://x} {} %d end"), lines.get(0));
        assertEquals("rw-r-----",
            PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("launcher.log"))));
    }
}
