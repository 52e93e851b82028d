package warren.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PrivateMemoryTest {
    private static final long MEGABYTE = 1 << 20;

    @Test
    void isWhatNobodyElseHasOrWhereThatIsLittleMaybeMore() throws Exception {
        try (Scratch scratch = new Scratch()) {
            weighParentAndChild(scratch, scratch.path("output"));
        }
    }

    private static void weighParentAndChild(Scratch scratch, Path output) throws Exception {
        // the child has nothing of its own of the 40 MB that it shares with its parent
        int parent = scratch.start(output, "/usr/bin/perl", "-e",
            "$| = 1; my $shared = 'x' x (40 << 20); my $pid = fork // die; if (!$pid) { my $own = 'y' x (20 << 20); print 'ready'; sleep 1000 } print \" $pid \"; sleep 1000");
        Scratch.await("both", () -> read(output).matches(".*ready.*") && read(output).matches(".* [0-9]+ .*"));
        int child = Integer.parseInt(read(output).replaceAll("[^0-9]", ""));
        long exact = PrivateMemory.of(child, 30 * MEGABYTE);
        assertTrue(exact >= 20 * MEGABYTE && exact < 60 * MEGABYTE, exact + " bytes");
        long atMost = PrivateMemory.of(child, 500 * MEGABYTE);
        assertTrue(atMost >= 60 * MEGABYTE, atMost + " bytes");
        ProcessHandle.of(child).orElseThrow().destroyForcibly();
        ProcessHandle.of(parent).orElseThrow().destroyForcibly();
        Scratch.await("its end", () -> PrivateMemory.of(parent, 0) == 0);
        assertEquals(0, PrivateMemory.of(parent, 500 * MEGABYTE));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }
}
