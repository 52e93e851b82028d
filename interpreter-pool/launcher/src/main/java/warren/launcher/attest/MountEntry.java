package warren.launcher.attest;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A line of {@code /proc/PID/mountinfo}, {@code proc_pid_mountinfo(5)}.
 *
 * @param id of the mount
 * @param path where it is mounted, as the process sees it
 * @param flags of the mount: those of {@link #FLAGS} that it has
 * @param type of the file system
 */
record MountEntry(String id, String path, Set<String> flags, String type) {
    /** What is planned of a mount, and compared. */
    static final Set<String> FLAGS = Set.of("ro", "nosuid", "nodev", "noexec");
    private static final int PATH = 4;
    private static final int OPTIONS = 5;

    static List<MountEntry> parse(List<String> lines) {
        List<MountEntry> entries = new ArrayList<>();
        for (String line : lines) {
            String[] fields = line.split(" ");
            Set<String> flags = new TreeSet<>(List.of(fields[OPTIONS].split(",")));
            flags.retainAll(FLAGS);
            String type = line.substring(line.indexOf(" - ") + " - ".length()).split(" ")[0];
            entries.add(new MountEntry(fields[0], unescaped(fields[PATH]), flags, type));
        }
        return entries;
    }

    /** Blanks, tabs, ends of lines and backslashes are octal numbers. */
    private static String unescaped(String path) {
        return path.replace("\\040", " ").replace("\\011", "\t").replace("\\012", "\n").replace("\\134", "\\");
    }
}
