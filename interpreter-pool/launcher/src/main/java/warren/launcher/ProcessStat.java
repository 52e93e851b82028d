package warren.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Of {@code /proc/PID/stat}, {@code proc_pid_stat(5)}.
 *
 * @param parent the pid of its parent process
 * @param cpu processor time of it and of its children that have ended and were waited for
 * @param startTicks when it started, in clock ticks since the machine did: with the pid it names one process
 */
record ProcessStat(int parent, Duration cpu, long startTicks) {
    private static final int PARENT = 4;
    private static final int FIRST_CPU = 14;
    private static final int LAST_CPU = 17;
    private static final int START = 22;
    /** USER_HZ, which the kernel has kept at 100 for programs on every architecture of today. */
    private static final long TICK_MILLIS = 10;

    /** Empty where there is no such process. */
    static Optional<ProcessStat> of(int pid) {
        try {
            return Optional.of(parse(Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1)));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    /** The second field is a name that the process chooses, in parentheses; no field after it has one. */
    static ProcessStat parse(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        // the first of these is the third
        long ticks = 0;
        for (int field = FIRST_CPU; field <= LAST_CPU; field++) {
            ticks += Long.parseLong(fields[field - 3]);
        }
        return new ProcessStat(Integer.parseInt(fields[PARENT - 3]), Duration.ofMillis(ticks * TICK_MILLIS),
            Long.parseLong(fields[START - 3]));
    }
}
