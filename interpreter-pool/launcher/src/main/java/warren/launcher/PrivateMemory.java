package warren.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The memory that a process shares with no other, in bytes: {@code Private_Clean} and {@code Private_Dirty} of
 * {@code /proc/PID/smaps_rollup} ({@code proc_pid_smaps(5)}), which the kernel writes, and no owner. To sum them up it looks at
 * every page, and the process cannot map any meanwhile: not done where all that is resident is little.
 */
final class PrivateMemory {
    private static final int KILOBYTE = 1024;
    /** Of the processors that Warren runs on. */
    private static final int PAGE = 4096;

    private PrivateMemory() { }

    /**
     * 0 where the process is gone.
     *
     * @param exactAbove what is up to that may have shared memory in it
     */
    static long of(int pid, long exactAbove) {
        try {
            long resident = resident(pid);
            return resident <= exactAbove ? resident : unshared(pid);
        } catch (IOException gone) {
            return 0;
        }
    }

    /** The second field of {@code /proc/PID/statm} ({@code proc_pid_statm(5)}), which the kernel has at hand. */
    private static long resident(int pid) throws IOException {
        String statm = Files.readString(Path.of("/proc/" + pid + "/statm"), StandardCharsets.ISO_8859_1);
        int from = statm.indexOf(' ') + 1;
        return Long.parseLong(statm.substring(from, statm.indexOf(' ', from))) * PAGE;
    }

    private static long unshared(int pid) throws IOException {
        long kilobytes = 0;
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup"), StandardCharsets.ISO_8859_1)) {
            if (line.startsWith("Private_Clean:") || line.startsWith("Private_Dirty:")) {
                kilobytes += Long.parseLong(line.substring(line.indexOf(':') + 1).replace("kB", "").strip());
            }
        }
        return kilobytes * KILOBYTE;
    }
}
