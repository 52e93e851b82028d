package warren.connector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import warren.contract.Answer;
import warren.contract.GenerationId;
import warren.contract.LogRotation;
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
        OwnersLogs logs = logs();
        logs.tell(ALICE, "one");
        assertFalse(Files.exists(log()));
        Files.writeString(log(), "before\n");
        logs.tell(ALICE, "two\nlines");
        List<String> lines = Files.readAllLines(log());
        assertEquals("before", lines.get(0));
        assertTrue(lines.get(1).contains("Z warren: 1 lines could not be written"), lines.get(1));
        assertTrue(lines.get(2).matches("20\\S+Z warren: two\\\\x0alines"), lines.get(2));
        assertEquals(3, lines.size());
    }

    @Test
    void followNoSymbolicLink() throws Exception {
        Path elsewhere = Files.createFile(directory.resolve("elsewhere"));
        Files.createSymbolicLink(log(), elsewhere);
        logs().tell(ALICE, "one");
        assertEquals(0, Files.size(elsewhere));
    }

    @Test
    void splitAnInterpretersWordsIntoLines() throws Exception {
        Files.createFile(log());
        Path fifo = directory.resolve("fifo");
        try (FileOutputStream writer = openedAfter(logs(), fifo)) {
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
        OwnersLogs logs = logs();
        long began = System.nanoTime();
        try (FileOutputStream writer = openedAfter(logs, directory.resolve("fifo"))) {
            byte[] lines = ("y".repeat(99) + "\n").repeat(600).getBytes();
            for (int i = 0; i < 100; i++) {
                writer.write(lines);
            }
        }
        awaitReadersEnd();
        Await.until("the losses are told", () -> {
            logs.tellLossesOnce();
            return Files.readString(log()).contains("lines were too many at a time and are dropped");
        });
        double seconds = (System.nanoTime() - began) / 1e9;
        List<String> written = Files.readAllLines(log());
        long whole = written.stream().filter(line -> line.matches("20\\S+Z gen=7 y{99}")).count();
        assertTrue(written.stream().anyMatch(line -> line.endsWith("lines were too many at a time and are dropped")));
        assertEquals(60_000, whole + logs.losses(ALICE).linesOverRate());
        assertTrue(Files.size(log()) < (seconds + 1) * 1.1 * VirtualHostLog.BYTES_PER_SECOND, seconds + " s");
        // what the FIFO still held when it was closed needs none
        int reads = 100 * 60_000 / GenerationLogReader.READ_BYTES - GenerationLogReader.READS_AT_ONCE - 8;
        assertTrue(seconds >= reads * GenerationLogReader.EACH_MILLIS / 1e3, "one after the other, but all in " + seconds + " s");
    }

    /** A writer of a FIFO with O_NONBLOCK, as a generation's descriptors 1 and 2 are, loses what does not fit. */
    @Test
    void sayWhereLinesMayBeMissing() throws Exception {
        Files.createFile(log());
        OwnersLogs logs = logs();
        Path fifo = fifo();
        Process owner = perl("open my $f, '+>>', $ARGV[0] or die; use Fcntl; fcntl $f, F_SETFL, O_NONBLOCK | fcntl $f, F_GETFL, 0;"
            + " my $lost = 0; for (1 .. 3000) { syswrite $f, sprintf \"line %4d %s\\n\", $_, 'x' x 40 or $lost++; }"
            + " print \"$lost\\n\"; <STDIN>;", fifo);
        int lost = Integer.parseInt(owner.inputReader().readLine());
        assertTrue(lost > 1000, lost + " are lost");
        // what runs already, as a connector finds it that was restarted
        logs.follow(launched(fifo), () -> { });
        Await.until("all that is left", () -> Files.readAllLines(log()).size() >= 3001 - lost);
        owner.outputWriter().close();
        awaitReadersEnd();
        List<String> written = Files.readAllLines(log());
        assertEquals(3001 - lost, written.size());
        assertTrue(written.get(0).contains("gen=7 line    1 x"), written.get(0));
        assertTrue(written.get(written.size() - 1).endsWith(
            "gen=7 warren: the FIFO of this log was full, lines may be missing here"), written.get(written.size() - 1));
        assertEquals(new LogLosses(0, 0, 1), logs.losses(ALICE));
    }

    @Test
    void saidNothingOfMissingLinesWhereNoneAre() throws Exception {
        Files.createFile(log());
        OwnersLogs logs = logs();
        try (FileOutputStream writer = openedAfter(logs, fifo())) {
            for (int i = 0; i < 40; i++) {
                writer.write(("z".repeat(999) + "\n").getBytes());
            }
        }
        awaitReadersEnd();
        assertEquals(LogLosses.NONE, logs.losses(ALICE));
        assertEquals(40, Files.readAllLines(log()).size());
    }

    /** Byte by byte, as fast as it can. */
    @Test
    void areNotWrittenMoreOftenForSmallerWrites() throws Exception {
        Files.createFile(log());
        OwnersLogs logs = logs();
        Path fifo = fifo();
        Process owner = perl("open my $f, '+>>', $ARGV[0] or die; print \"opened\\n\"; <STDIN>; my $end = time + 2;"
            + " while (time < $end) { syswrite $f, \"q\\n\" }", fifo);
        owner.inputReader().readLine();
        logs.follow(launched(fifo), () -> { });
        Thread reader = Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().equals("log alice.7")).findFirst().orElseThrow();
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long began = System.nanoTime();
        owner.outputWriter().write("go\n");
        owner.outputWriter().close();
        long cpu = 0;
        while (reader.isAlive()) {
            cpu = Math.max(cpu, threads.getThreadCpuTime(reader.threadId()));
            reader.join(20);
        }
        System.err.printf("a reader of two bytes a write used %d ms of CPU time in 2 s%n", cpu / 1_000_000);
        double seconds = (System.nanoTime() - began) / 1e9;
        // the lines of one append have one time
        long appends = Files.readAllLines(log()).stream().map(line -> line.split(" ")[0]).distinct().count();
        assertTrue(appends <= 120 + seconds * 150, appends + " appends in " + seconds + " s");
        assertTrue(Files.size(log()) < (seconds + 1) * 1.1 * VirtualHostLog.BYTES_PER_SECOND, seconds + " s");
    }

    private OwnersLogs logs() {
        return new OwnersLogs(directory, name -> LogRotation.OFF, name -> { });
    }

    private Path fifo() throws Exception {
        Path fifo = directory.resolve("fifo");
        new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor();
        return fifo;
    }

    private static Process perl(String program, Path fifo) throws IOException {
        return new ProcessBuilder("perl", "-e", "$| = 1; " + program, fifo.toString()).redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    }

    private static Answer.Launched launched(Path fifo) {
        return new Answer.Launched(new GenerationId(ALICE, 7), "/unused", fifo.toString());
    }

    private static void awaitReadersEnd() throws Exception {
        Await.until("the reader has ended", () -> Thread.getAllStackTraces().keySet().stream()
            .noneMatch(thread -> thread.getName().equals("log alice.7")));
    }

    /** A writer of a FIFO that is being followed. */
    private FileOutputStream openedAfter(OwnersLogs logs, Path fifo) throws Exception {
        if (!Files.exists(fifo)) {
            fifo();
        }
        try (var both = new RandomAccessFile(fifo.toFile(), "rw")) {
            FileOutputStream writer = new FileOutputStream(fifo.toFile());
            logs.follow(launched(fifo), () -> { });
            return writer;
        }
    }

    @Test
    void doNotWaitForAWriterThatHasGone() throws Exception {
        Files.createFile(log());
        openedAfter(logs(), directory.resolve("fifo")).close();
        awaitReadersEnd();
    }

    @Test
    void askTheLauncherForRotationWithoutWaitingForIt() throws Exception {
        Files.writeString(log(), "longer than ten bytes\n");
        CountDownLatch mayAnswer = new CountDownLatch(1);
        BlockingQueue<VirtualHostName> asked = new LinkedBlockingQueue<>();
        OwnersLogs logs = new OwnersLogs(directory, name -> new LogRotation(100, 1), name -> {
            asked.add(name);
            try {
                mayAnswer.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            throw new IOException("the launcher is away");
        });
        logs.start();
        for (int i = 0; i < 10; i++) {
            logs.tell(ALICE, "sentence " + i);
        }
        assertEquals(ALICE, asked.poll(10, TimeUnit.SECONDS));
        assertEquals(List.of(), List.copyOf(asked));
        assertTrue(Files.size(log()) >= 200 && Files.size(log()) < 300, Files.readString(log()));
        mayAnswer.countDown();
        Await.until("it is asked again", () -> {
            logs.tell(ALICE, "again");
            return asked.contains(ALICE);
        });
    }
}
