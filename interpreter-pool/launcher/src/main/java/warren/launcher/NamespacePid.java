package warren.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The pid by which a process knows itself: the last number of {@code NSpid} in {@code /proc/PID/status}
 * ({@code proc_pid_status(5)}). The kernel writes that file; the one name in it that an owner chooses is escaped.
 */
final class NamespacePid {
    private static final String FIELD = "NSpid:";

    private NamespacePid() { }

    /** 0 where the process is gone. */
    static int of(int pid) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"), StandardCharsets.ISO_8859_1)) {
                if (line.startsWith(FIELD)) {
                    String[] numbers = line.substring(FIELD.length()).strip().split("\\s+");
                    return Integer.parseInt(numbers[numbers.length - 1]);
                }
            }
        } catch (IOException gone) {
            return 0;
        }
        return 0;
    }
}
