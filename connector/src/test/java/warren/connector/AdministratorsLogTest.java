package warren.connector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real log of a program in a JVM of its own, which says what it is told to. */
class AdministratorsLogTest {
    @TempDir
    private Path directory;
    private Process program;

    /** Logs {@code COUNT WORDS} of each line of its input, and answers each. */
    static final class Program {
        private Program() { }

        public static void main(String[] arguments) throws IOException {
            BoundedOutput.install();
            AdministratorsLog.openIn(Path.of(arguments[0]));
            Logger log = LogManager.getLogger(Program.class);
            var input = new java.io.BufferedReader(new java.io.InputStreamReader(System.in));
            for (String line = input.readLine(); line != null; line = input.readLine()) {
                String[] words = line.split(" ", 2);
                for (int i = 1; i <= Integer.parseInt(words[0]); i++) {
                    log.warn("{} {} end", words[1], i);
                }
                System.out.println("done");
            }
        }
    }

    private void start(Path logs) throws IOException {
        program = new ProcessBuilder(RealConnector.javaProgram(), "-cp", System.getProperty("java.class.path"),
            Program.class.getName(), logs.toString()).redirectErrorStream(true).start();
    }

    @AfterEach
    void end() throws InterruptedException {
        program.destroyForcibly().waitFor();
    }

    private void log(int count, String words) throws IOException {
        BufferedWriter input = program.outputWriter();
        input.write(count + " " + words + "\n");
        input.flush();
        // whatever else it printed would come before
        assertEquals("done", program.inputReader().readLine());
    }

    private static List<String> lines(Path logs) throws IOException {
        return Files.readAllLines(logs.resolve("connector.log"));
    }

    private static long count(Path logs, String words) throws IOException {
        return lines(logs).stream().filter(line -> line.contains(words)).count();
    }

    /** What the summaries in the log say is left out. */
    private long leftOut(String whose) throws IOException {
        Matcher summaries = Pattern.compile(Pattern.quote(whose) + " (\\d+) lines are left out here")
            .matcher(Files.readString(directory.resolve("connector.log")));
        return summaries.results().mapToLong(found -> Long.parseLong(found.group(1))).sum();
    }

    @Test
    void printsNothingAndGivesEachVirtualHostItsShare() throws Exception {
        start(directory);
        long began = System.nanoTime();
        log(5000, "vhost=alice gen=1 flood");
        log(5000, "id=1 refused");
        log(10, "vhost=bob gen=1 calm");
        long spans = (System.nanoTime() - began) / 10_000_000_000L + 1;
        assertEquals(10, count(directory, "vhost=bob gen=1 calm"));
        for (String whose : List.of("vhost=alice gen=1 flood", "id=1 refused")) {
            long count = count(directory, whose);
            assertTrue(count >= LineBudgets.LINES && count <= spans * LineBudgets.LINES, count + " lines");
        }
        Await.until("a summary", () -> count(directory, "vhost=alice gen=1 flood") + leftOut("vhost=alice") == 5000);
        Await.until("a summary of what is no virtual host's",
            () -> count(directory, "id=1 refused") + leftOut(Program.class.getCanonicalName()) == 5000);
        log(10, "vhost=carol gen=1 calm");
        assertEquals(10, count(directory, "vhost=carol gen=1 calm"));
    }

    @Test
    void losesAndCountsLinesOnAFullDiskAndNothingElseHappens() throws Exception {
        Path logs = Files.createDirectory(directory.resolve("logs"));
        try (FullDisk disk = new FullDisk(logs); AutoCloseable userOfIt = this::end) {
            start(logs);
            log(1, "vhost=a before");
            disk.fill();
            for (int i = 0; i < 50; i++) {
                log(50, "vhost=v" + i + " " + "x".repeat(200));
            }
            long written = count(logs, "x ");
            assertTrue(written < 100, written + " lines on a full disk");
            disk.free();
            Await.until("a count", () -> count(logs, "lines of this log could not be written since") == 1);
            Matcher lost = Pattern.compile("(\\d+) lines of this log could not .* are lost: No space left on device")
                .matcher(Files.readString(logs.resolve("connector.log")));
            assertTrue(lost.find());
            long whole = lines(logs).stream().filter(line -> line.matches("20.* vhost=v\\d+ x{200} \\d+ end")).count();
            assertEquals(2500, whole + Long.parseLong(lost.group(1)));
            log(1, "vhost=a after");
            assertEquals(1, count(logs, "vhost=a after"));
        }
    }

    @Test
    void isBoundedWhereAnythingPrintsWithoutEnd() throws IOException {
        var output = new java.io.ByteArrayOutputStream();
        try (var bounded = new java.io.PrintStream(new BoundedOutput(output, 1000), true)) {
            for (int i = 0; i < 1000; i++) {
                bounded.println("again and again");
            }
            assertFalse(bounded.checkError());
        }
        assertEquals(1000, output.size());
        program = new ProcessBuilder("true").start();
    }
}
