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

    @Test
    void keepsFiveOldOnesThatAreAsClosedAsTheNewOne() throws Exception {
        LauncherLog.to(directory, "1 KB");
        for (int i = 0; i < 100; i++) {
            LogManager.getLogger("test").info("line {} {}", i, "x".repeat(100));
        }
        List<String> names = names();
        assertEquals(List.of("launcher.log", "launcher.log.1", "launcher.log.2", "launcher.log.3", "launcher.log.4",
            "launcher.log.5"), names);
        for (String name : names) {
            Path file = directory.resolve(name);
            assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)), name);
            assertTrue(Files.size(file) < 2048, name);
        }
        String newest = Files.readString(directory.resolve("launcher.log.1")) + Files.readString(directory.resolve("launcher.log"));
        assertTrue(newest.contains("line 99 ") && newest.contains("line 90 "), newest);
    }

    private List<String> names() throws Exception {
        try (var files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
