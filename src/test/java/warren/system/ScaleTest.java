package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Thousands of virtual hosts, and many that run at once: the short forms of {@code bench/scale}, whose long one has ten thousand. The promise is in
 * seconds of a machine that does nothing else (a configuration read in 5, a reload of one in 1), and this one may do
 * much else: so CPU time is asserted, which is at most that, and wide of the mark where caches are shared.
 */
final class ScaleTest {
    private static final String BENCH = System.getProperty("warren.checkout") + "/bench/scale/";
    private static final String MANY = "3000";
    private static final String HOME = System.getProperty("warren.home");

    private static double figure(String output, String line, String label) {
        Matcher found = Pattern.compile("^" + Pattern.quote(line) + " .*" + label + "\\s+([0-9.]+)", Pattern.MULTILINE)
            .matcher(output);
        assertTrue(found.find(), () -> "no " + label + " of \"" + line + "\" in:\n" + output);
        return Double.parseDouble(found.group(1));
    }

    private static void atMost(double most, String output, String line, String label) {
        double found = figure(output, line, label);
        assertTrue(found <= most, () -> line + ": " + label + " " + found + ", expected at most " + most + "\n" + output);
    }

    @Test
    void thousandsOfIdleVirtualHostsCostNoProcessThreadOrDescriptor() throws Exception {
        String one = Command.run(BENCH + "hosts", "--home", HOME, "--count", "1", "--tries", "1").orFail();
        String all = Command.run(BENCH + "hosts", "--home", HOME, "--count", MANY, "--tries", "1").orFail();
        // one machine takes three times as long as another; what matters is that thousands are read in a few seconds and one in a
        // fraction of that
        double readingOne = figure(one, "configtest", "CPU");
        double readingAll = figure(all, "configtest", "CPU");
        atMost(10 * readingOne, all, "configtest", "CPU");
        atMost(readingAll / 2, all, "reload of one that is idle", "CPU");
        atMost(readingAll / 2, all, "reload of one, its file changed", "CPU");
        for (String process : new String[] {"launcher after the start", "connector after the start"}) {
            assertEquals(1, figure(all, process, "processes"));
            // a worker more or less comes and goes
            atMost(figure(one, process, "threads") + 20, all, process, "threads");
            atMost(figure(one, process, "descriptors") + 20, all, process, "descriptors");
        }
        atMost(512, all, "connector after the reloads", "Rss");
    }

    @Test
    void manyThatRunAtOnceAnswerUnderTheirOwnersUidsAndLeaveNothing() throws Exception {
        Command live = Command.run(BENCH + "live", "--home", HOME, "--count", "30", "--seconds", "10");
        assertEquals(0, live.exitStatus(), live.output());
    }

    @Test
    void allThatAreLaunchedAheadRunInTheEnd() throws Exception {
        Command live = Command.run(BENCH + "live", "--home", HOME, "--count", "20", "--seconds", "3", "--ahead");
        assertEquals(0, live.exitStatus(), live.output());
    }
}
