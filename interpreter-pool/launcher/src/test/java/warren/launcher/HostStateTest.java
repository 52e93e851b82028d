package warren.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import warren.plugin.RootEntry;

class HostStateTest {
    private Scratch scratch;
    private Path file;
    private Path link;
    private Path directory;

    @BeforeEach
    void make() throws Exception {
        scratch = new Scratch();
        file = Files.writeString(scratch.path("file"), "one");
        link = Files.createSymbolicLink(scratch.path("link"), file);
        directory = Files.createDirectories(scratch.path("a directory/inner")).getParent();
    }

    @AfterEach
    void remove() throws Exception {
        scratch.close();
    }

    private interface Change {
        void make() throws Exception;
    }

    private HostState state() throws Exception {
        return HostState.of(List.of(new RootEntry.Shown(file.toString(), false, true), new RootEntry.AsOnHost(link.toString()),
            new RootEntry.Shown(directory.toString(), false, true), new RootEntry.Resolved(scratch.path("resolved").toString()),
            new RootEntry.AsOnHost("/there/is/none"), new RootEntry.Directory("/run"), new RootEntry.Memory("/tmp", "")));
    }

    private void assertHolds(boolean expected, Change change) throws Exception {
        HostState before = state();
        assertTrue(before.holds() && before.holds(), "nothing has changed");
        change.make();
        assertEquals(expected, before.holds());
        assertTrue(state().holds());
    }

    private void replace(Path path, String text) throws Exception {
        Files.move(Files.writeString(scratch.path("next"), text), path, StandardCopyOption.REPLACE_EXISTING);
    }

    private void run(String... command) throws Exception {
        scratch.run(scratch.path("out"), List.of(command));
    }

    @Test
    void endsWhereAFileIsReplacedByAnother() throws Exception {
        assertHolds(false, () -> replace(file, "one"));
    }

    @Test
    void endsWhereAFileGoesAndComesBack() throws Exception {
        assertHolds(false, () -> {
            Files.move(file, scratch.path("aside"));
            Files.move(scratch.path("aside"), file);
        });
    }

    @Test
    void endsWhereAFileGoesOrComes() throws Exception {
        assertHolds(false, () -> Files.delete(file));
        assertHolds(false, () -> Files.writeString(file, ""));
    }

    @Test
    void endsWhereALinkIsTurned() throws Exception {
        assertHolds(false, () -> {
            Files.delete(link);
            Files.createSymbolicLink(link, directory);
        });
    }

    /** The link is what is shown. */
    @Test
    void holdsWhereOnlyThatChangesWhichALinkShownAsItIsLeadsTo() throws Exception {
        Path other = Files.writeString(scratch.path("other"), "");
        Files.delete(link);
        Files.createSymbolicLink(link, other);
        assertHolds(true, () -> replace(other, "new"));
    }

    @Test
    void endsWhereThatChangesWhichALinkIsResolvedTo() throws Exception {
        Path made = Files.writeString(scratch.path("made"), "");
        assertHolds(false, () -> Files.createSymbolicLink(scratch.path("resolved"), made));
        assertHolds(false, () -> replace(made, "new"));
    }

    @Test
    void endsWithAMountOnOrBeneathADirectoryAndWithItsEnd() throws Exception {
        for (Path target : List.of(directory, directory.resolve("inner"))) {
            assertHolds(false, () -> run("/bin/mount", "-t", "tmpfs", "none", target.toString()));
            assertHolds(false, () -> run("/bin/umount", target.toString()));
        }
    }

    @Test
    void endsWithAMountBeneathADirectoryThatALinkIsResolvedTo() throws Exception {
        Path made = Files.createDirectories(scratch.path("made/inner")).getParent();
        Files.createSymbolicLink(scratch.path("resolved"), made);
        assertHolds(false, () -> run("/bin/mount", "-t", "tmpfs", "none", made + "/inner"));
        assertHolds(false, () -> run("/bin/umount", made + "/inner"));
    }

    @Test
    void holdsWhereSomethingIsMountedElsewhere() throws Exception {
        Path elsewhere = Files.createDirectory(scratch.path("a directory beside"));
        assertHolds(true, () -> run("/bin/mount", "-t", "tmpfs", "none", elsewhere.toString()));
        assertHolds(true, () -> run("/bin/umount", elsewhere.toString()));
        assertFalse(Files.readString(Path.of("/proc/self/mounts")).contains(scratch.path("").toString()));
    }

    @Test
    void holdsWhereADirectorysFilesChange() throws Exception {
        assertHolds(true, () -> Files.writeString(directory.resolve("inner/file"), "new"));
    }
}
