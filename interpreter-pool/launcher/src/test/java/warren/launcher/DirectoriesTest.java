package warren.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DirectoriesTest {
    private static final long HTTPD_GROUP = 60033;
    private static final long CONNECTOR = 60100;
    private Scratch scratch;
    private Directories directories;

    @BeforeEach
    void make() throws IOException {
        scratch = new Scratch();
        directories = new Directories(scratch.path("run"), scratch.path("state"), scratch.path("log"),
            scratch.path("spool"));
    }

    @AfterEach
    void remove() throws IOException {
        scratch.close();
    }

    private void create() throws IOException {
        directories.create(HTTPD_GROUP, CONNECTOR, CONNECTOR);
    }

    private static String access(Path path) throws IOException {
        return Files.getAttribute(path, "unix:uid") + ":" + Files.getAttribute(path, "unix:gid") + " "
            + PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void makesEachForThoseWhoNeedItAlone() throws IOException {
        create();
        Map<String, String> expected = Map.ofEntries(Map.entry("run", "0:0 rwxr-xr-x"),
            Map.entry("run/ajp", "0:60033 rwx--x---"), Map.entry("run/launcher", "0:60100 rwx--x---"),
            Map.entry("run/control", "0:0 rwx------"), Map.entry("run/stage", "0:0 rwx------"),
            Map.entry("run/generations", "0:60100 rwx--x---"), Map.entry("run/connector", "60100:60100 rwx------"),
            Map.entry("run/notes", "0:0 rwx------"), Map.entry("run/notes/generations", "0:0 rwx------"),
            Map.entry("state", "0:0 rwx------"), Map.entry("log", "0:0 rwxr-xr-x"),
            Map.entry("log/connector", "60100:60100 rwx------"), Map.entry("log/owners", "0:0 rwxr-xr-x"));
        for (Map.Entry<String, String> entry : expected.entrySet()) {
            assertEquals(entry.getValue(), access(scratch.path(entry.getKey())), entry.getKey());
        }
    }

    @Test
    void keepsWhatAnEarlierLauncherLeftUntilItIsForgotten() throws IOException {
        create();
        String[] everything = {"state/secrets.properties", "log/owners/alice.log", "run/generations/a.1.sock",
            "run/notes/generations/a.1", "run/connector/x", "run/ajp/ajp.sock", "run/control/control.sock"};
        for (String file : everything) {
            Files.writeString(scratch.path(file), "kept");
        }
        create();
        assertTrue(Stream.of(everything).allMatch(file -> Files.exists(scratch.path(file))));
        directories.forgetLauncher();
        assertFalse(Files.exists(scratch.path("run/control/control.sock")));
        assertTrue(Files.exists(scratch.path("run/ajp/ajp.sock")));
        directories.forgetConnector(CONNECTOR, CONNECTOR);
        assertFalse(Files.exists(scratch.path("run/connector/x")) || Files.exists(scratch.path("run/ajp/ajp.sock")));
        assertTrue(Files.exists(scratch.path("run/generations/a.1.sock")));
        directories.removeRuntime();
        assertFalse(Files.exists(scratch.path("run")));
        assertTrue(Files.exists(scratch.path("state")));
    }

    @Test
    void refusesADirectoryInWhichOthersCanWrite() throws IOException {
        Files.setPosixFilePermissions(scratch.path(""), PosixFilePermissions.fromString("rwxrwxrwx"));
        assertRefused("expected a directory that only root can write");
        Files.setPosixFilePermissions(scratch.path(""), PosixFilePermissions.fromString("rwxrwxr-x"));
        assertRefused("expected a directory that only root can write");
    }

    @Test
    void refusesADirectoryInsideSomebodysOwn() throws IOException {
        Path own = Files.createDirectory(scratch.path("own"));
        Files.setAttribute(own, "unix:uid", 60101);
        directories = new Directories(own.resolve("a/run"), scratch.path("state"), scratch.path("log"),
            scratch.path("spool"));
        assertRefused(own + " belongs to UID 60101");
        assertFalse(Files.exists(own.resolve("a/run")));
    }

    @Test
    void refusesALinkThatSomebodyElseCanTurn() throws IOException {
        Path own = Files.createDirectory(scratch.path("own"));
        Files.setAttribute(own, "unix:uid", 60101);
        Path good = Files.createDirectory(scratch.path("good"));
        Files.createSymbolicLink(own.resolve("link"), good);
        directories = new Directories(own.resolve("link/run"), scratch.path("state"), scratch.path("log"),
            scratch.path("spool"));
        assertRefused(own + " belongs to UID 60101");
    }

    @Test
    void refusesWhatIsInTheWay() throws IOException {
        Files.writeString(scratch.path("run"), "a file");
        assertRefused("is not a directory");
        Files.delete(scratch.path("run"));
        Files.createSymbolicLink(scratch.path("run"), Files.createDirectory(scratch.path("elsewhere")));
        assertRefused("is not a directory");
    }

    @Test
    void removesLinksAndNothingBehindThem() throws IOException {
        create();
        Path elsewhere = Files.createDirectory(scratch.path("elsewhere"));
        Files.writeString(elsewhere.resolve("file"), "kept");
        Files.createDirectories(directories.connectorWork().resolve("deep/deeper"));
        Files.createSymbolicLink(directories.connectorWork().resolve("deep/link"), elsewhere);
        directories.removeRuntime();
        assertFalse(Files.exists(scratch.path("run")));
        assertEquals("kept", Files.readString(elsewhere.resolve("file")));
    }

    private void assertRefused(String why) {
        IOException refused = assertThrows(IOException.class, this::create);
        assertTrue(refused.getMessage().contains(why), refused.getMessage());
    }
}
