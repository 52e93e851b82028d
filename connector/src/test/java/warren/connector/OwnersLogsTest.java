package warren.connector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileOutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import warren.contract.Answer;
import warren.contract.GenerationId;
import warren.contract.VirtualHostName;

class OwnersLogsTest {
    private static final VirtualHostName ALICE = new VirtualHostName("alice");
    @TempDir
    private Path directory;

    private Path log() {
        return directory.resolve("alice.log");
    }

    @Test
    void appendToWhatIsThereAndCreateNothing() throws Exception {
        OwnersLogs logs = new OwnersLogs(directory);
        logs.tell(ALICE, "one");
        assertFalse(Files.exists(log()));
        Files.writeString(log(), "before\n");
        logs.tell(ALICE, "two\nlines");
        List<String> lines = Files.readAllLines(log());
        assertEquals("before", lines.get(0));
        assertTrue(lines.get(1).matches("20\\S+Z warren: two\\\\x0alines"), lines.get(1));
        assertEquals(2, lines.size());
    }

    @Test
    void followNoSymbolicLink() throws Exception {
        Path elsewhere = Files.createFile(directory.resolve("elsewhere"));
        Files.createSymbolicLink(log(), elsewhere);
        new OwnersLogs(directory).tell(ALICE, "one");
        assertEquals(0, Files.size(elsewhere));
    }

    @Test
    void splitAnInterpretersWordsIntoLines() throws Exception {
        Files.createFile(log());
        Path fifo = directory.resolve("fifo");
        try (FileOutputStream writer = openedAfter(fifo)) {
            writer.write(("a\nb" + "x".repeat(GenerationLogReader.LINE_BYTES) + "\nunfinished").getBytes());
        }
        Await.until("the last line is there", () -> Files.readString(log()).endsWith("unfinished\n"));
        List<String> lines = Files.readAllLines(log());
        assertEquals(4, lines.size());
        assertTrue(lines.get(0).endsWith("Z gen=7 a"), lines.get(0));
    }

    @Test
    void dropWhatIsTooMuchAndSaySo() throws Exception {
        Files.createFile(log());
        Path fifo = directory.resolve("fifo");
        try (FileOutputStream writer = openedAfter(fifo)) {
            byte[] line = ("y".repeat(99) + "\n").getBytes();
            for (int i = 0; i < 60_000; i++) {
                writer.write(line);
            }
        }
        Await.until("the loss is told", () -> Files.readString(log()).contains("bytes were too many"));
        assertTrue(Files.size(log()) < 5_000_000, "all of it was written");
    }

    /** A writer of a FIFO that is being followed. */
    private FileOutputStream openedAfter(Path fifo) throws Exception {
        new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor();
        try (var both = new RandomAccessFile(fifo.toFile(), "rw")) {
            FileOutputStream writer = new FileOutputStream(fifo.toFile());
            new OwnersLogs(directory).follow(new Answer.Launched(new GenerationId(ALICE, 7), "/unused", fifo.toString()));
            return writer;
        }
    }

    @Test
    void doNotWaitForAWriterThatHasGone() throws Exception {
        Files.createFile(log());
        openedAfter(directory.resolve("fifo")).close();
        Await.until("the reader has ended", () -> Thread.getAllStackTraces().keySet().stream()
            .noneMatch(thread -> thread.getName().equals("log alice.7")));
    }
}
