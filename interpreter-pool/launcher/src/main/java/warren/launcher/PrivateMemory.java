package warren.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The memory that a process shares with no other, in bytes: {@code Private_Clean} and {@code Private_Dirty} of
 * {@code /proc/PID/smaps_rollup} ({@code proc_pid_smaps(5)}), which the kernel writes, and no owner.
 */
final class PrivateMemory {
    private static final int KILOBYTE = 1024;

    private PrivateMemory() { }

    /** 0 where the process is gone. */
    static long of(int pid) {
        long kilobytes = 0;
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup"), StandardCharsets.ISO_8859_1)) {
                if (line.startsWith("Private_Clean:") || line.startsWith("Private_Dirty:")) {
                    kilobytes += Long.parseLong(line.substring(line.indexOf(':') + 1).replace("kB", "").strip());
                }
            }
        } catch (IOException gone) {
            return 0;
        }
        return kilobytes * KILOBYTE;
    }
}
