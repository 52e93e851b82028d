package warren.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Of {@code /proc/PID/stat}, {@code proc_pid_stat(5)}.
 *
 * @param parent the pid of its parent process
 * @param startTicks when it started, in clock ticks since the machine did: with the pid it names one process
 */
record ProcessStat(int parent, long startTicks) {
    private static final int PARENT = 4;
    private static final int START = 22;

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
        return new ProcessStat(Integer.parseInt(fields[PARENT - 3]), Long.parseLong(fields[START - 3]));
    }
}
