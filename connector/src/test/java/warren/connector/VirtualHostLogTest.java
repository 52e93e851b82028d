package warren.connector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import warren.contract.LogRotation;

/** Real files, and a real full disk, which takes root to mount. */
class VirtualHostLogTest {
    @TempDir
    private Path directory;
    private final AtomicInteger asked = new AtomicInteger();
    private volatile LogRotation rotation = LogRotation.OFF;
    private VirtualHostLog log;

    @BeforeEach
    void make() {
        log = newLog();
    }

    private VirtualHostLog newLog() {
        return new VirtualHostLog(file(), () -> rotation, asked::incrementAndGet);
    }

    private Path file() {
        return directory.resolve("alice.log");
    }

    private List<String> lines() throws Exception {
        return Files.readAllLines(file());
    }

    private String lastLine() throws Exception {
        return lines().get(lines().size() - 1);
    }

    @Test
    void isCreatedByNobodyHereButAskedFor() throws Exception {
        log.append(List.of("one", "two"));
        assertFalse(Files.exists(file()));
        assertEquals(1, asked.get());
        assertEquals(new LogLosses(0, 2, 0), log.losses());
        Files.createFile(file());
        log.append(List.of("three"));
        assertTrue(lines().get(0).matches("20\\S+Z warren: 2 lines could not be written since 20\\S+Z and are lost:"
            + " there is no such file"), lines().get(0));
        assertTrue(lines().get(1).endsWith("Z three"));
    }

    @Test
    void asksForRotationAndGoesOnUpToTwiceItsSize() throws Exception {
        rotation = new LogRotation(1000, 3);
        Files.writeString(file(), "x".repeat(998) + "\n");
        log.append(List.of("below"));
        assertEquals(0, asked.get());
        log.append(List.of("y".repeat(1000)));
        assertTrue(Files.size(file()) >= 2000);
        log.append(List.of("lost", "lost too"));
        assertEquals(1, asked.get(), "an ask a second");
        assertTrue(lastLine().endsWith("y"));
        assertEquals(2, log.losses().linesUnwritten());
        Files.move(file(), directory.resolve("alice.log.1"));
        Files.createFile(file());
        log.append(List.of("new"));
        assertTrue(lines().get(0).contains("2 lines could not be written since"), lines().get(0));
        assertTrue(lines().get(0).endsWith("is not rotated"), lines().get(0));
        assertTrue(lastLine().endsWith("Z new"));
    }

    @Test
    void goesOnAtTheBeginningOfATruncatedFile() throws Exception {
        Files.createFile(file());
        log.append(List.of("before"));
        Files.write(file(), new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
        log.append(List.of("after"));
        assertEquals(1, lines().size());
        assertTrue(lastLine().endsWith("Z after"));
        assertEquals('2', Files.readString(file()).charAt(0), "no hole where the old end was");
    }

    @Test
    void limitsSentencesAndCountsTheOthers() throws Exception {
        Files.createFile(file());
        for (int i = 0; i < VirtualHostLog.SENTENCES + 250; i++) {
            log.tell("sentence " + i);
        }
        assertEquals(new LogLosses(250, 0, 0), log.losses());
        assertEquals(VirtualHostLog.SENTENCES, lines().size());
        log.confess();
        assertTrue(lastLine().endsWith(" warren: 250 lines were too many at a time and are dropped"), lastLine());
        log.confess();
        assertEquals(VirtualHostLog.SENTENCES + 1, lines().size());
    }

    @Test
    void limitsTheBytesOfASecondWhateverTheLinesAre() throws Exception {
        Files.createFile(file());
        List<String> shortLines = Collections.nCopies(1000, "a");
        long began = System.nanoTime();
        for (int i = 0; i < 1000; i++) {
            log.append(shortLines);
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        double most = (Math.ceil(seconds) + 1) * 1.05 * VirtualHostLog.BYTES_PER_SECOND;
        assertTrue(Files.size(file()) < most, Files.size(file()) + " bytes in " + seconds + " s");
        assertTrue(log.losses().linesOverRate() > 0);
        assertFalse(log.hasRoom() && seconds < 0.5);
    }

    @Test
    void losesAndCountsWhatAFullDiskDoesNotTakeAndSaysSoOnceItDoes() throws Exception {
        try (FullDisk disk = new FullDisk(directory)) {
            Files.createFile(file());
            log.append(List.of("before"));
            disk.fill();
            int given = 1;
            while (log.losses().linesUnwritten() == 0) {
                log.append(List.of("z".repeat(1500), "z".repeat(1500)));
                given += 2;
            }
            assertFalse(Files.readString(file()).endsWith("\n"), "a page's end cut no line: the test needs other lines");
            log.append(List.of("lost"));
            given++;
            disk.free();
            log.append(List.of("after"));
            List<String> lines = lines();
            long whole = lines.stream().filter(line -> line.matches("20\\S+Z (before|z{1500})")).count();
            long lost = log.losses().linesUnwritten();
            assertEquals(given, whole + lost);
            assertTrue(lines.get(lines.size() - 2).matches("20\\S+Z warren: " + lost + " lines could not be written since"
                + " 20\\S+Z and are lost: No space left on device"), lines.get(lines.size() - 2));
            assertTrue(lastLine().matches("20\\S+Z after"), lastLine());
        }
    }

    @Test
    void endsALineThatAnEarlierConnectorCouldNotEnd() throws Exception {
        Files.writeString(file(), "a whole line\na cut li");
        newLog().append(List.of("next"));
        assertEquals(List.of("a whole line", "a cut li"), lines().subList(0, 2));
        assertTrue(lines().get(2).endsWith("Z next"));
    }

    @Test
    void tellsTheAdministratorAtMostOnceAMinute() {
        log.append(List.of("lost"));
        String news = log.news().orElseThrow();
        assertTrue(news.contains("lost 0 lines that were too many at a time, 1 that could not be written (there is no such"
            + " file)"), news);
        log.append(List.of("lost"));
        assertTrue(log.news().isEmpty());
    }
}
