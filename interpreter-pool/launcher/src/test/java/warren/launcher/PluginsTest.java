package warren.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PluginsTest {
    private Scratch scratch;
    private Path directory;
    private Path jar;

    @BeforeEach
    void install() throws IOException {
        scratch = new Scratch();
        directory = scratch.path("plugins");
        jar = ShellPlugin.install(directory);
    }

    @AfterEach
    void remove() throws IOException {
        scratch.close();
    }

    private void assertRefused(String why) {
        IOException refused = assertThrows(IOException.class, () -> Plugins.load(directory));
        assertTrue(refused.getMessage().contains(why), refused.getMessage());
    }

    @Test
    void loadsAPluginByItsDirectorysName() throws IOException {
        Plugins plugins = Plugins.load(directory);
        assertEquals(List.of("shell"), List.copyOf(plugins.names()));
        assertEquals(directory.resolve("shell"), plugins.find("shell").orElseThrow().directory());
    }

    @Test
    void hasNoneWhereThereIsNoDirectory() throws IOException {
        assertTrue(Plugins.load(scratch.path("nothing")).names().isEmpty());
    }

    @Test
    void refusesAJarThatOthersCanWrite() throws IOException {
        for (String permissions : List.of("rw-rw-r--", "rw-r--rw-")) {
            Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString(permissions));
            assertRefused(jar + " can be written by others than root");
        }
    }

    @Test
    void refusesAJarOrDirectoryOfSomebodyElse() throws IOException {
        Files.setAttribute(jar, "unix:uid", 60101);
        assertRefused(jar + " can be written by others than root");
        Files.setAttribute(jar, "unix:uid", 0);
        Files.setAttribute(jar.getParent(), "unix:uid", 60101);
        assertRefused(jar.getParent() + " can be written by others than root");
    }

    @Test
    void refusesAJarThatIsALinkToSomebodysFile() throws IOException {
        Path own = Files.createDirectory(scratch.path("own"));
        Files.setAttribute(own, "unix:uid", 60101);
        Path moved = Files.move(jar, own.resolve("shell.jar"));
        Files.createSymbolicLink(jar, moved);
        assertRefused("shell.jar");
    }

    @Test
    void refusesAPluginOfAnotherName() throws IOException {
        Files.move(directory.resolve("shell"), directory.resolve("bash"));
        assertRefused("calls itself \"shell\"");
    }
}
