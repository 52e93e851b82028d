package warren.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import warren.launcher.system.MountTable;
import warren.launcher.system.Statx;
import warren.plugin.RootEntry;

/**
 * What the machine had at the paths that a root shows of it. A mount keeps what was there when it was made: after a file was
 * replaced by another one of its name, or something was mounted beneath a directory, a root that was put together before is
 * another than one that is put together now.
 */
final class HostState {
    private static final int MOUNT_POINT = 4;
    private static final MountTable TABLE = new MountTable();

    private final Statx statx;
    private final byte[] files;
    private final Set<String> directories = new HashSet<>();
    private final List<String> mounts;
    private long asOf;

    private HostState(Map<String, Boolean> paths) throws IOException {
        statx = new Statx(paths);
        files = statx.look();
        int place = 0;
        for (String path : paths.keySet()) {
            if (statx.isDirectory(files, place++)) {
                directories.add(escaped(Path.of(path).toRealPath().toString()));
            }
        }
        asOf = TABLE.changes();
        mounts = mountsOnOrBeneath();
    }

    /** As it is now. @throws IOException where the machine's mounts cannot be read, or a directory goes just now */
    static HostState of(List<RootEntry> entries) throws IOException {
        Map<String, Boolean> paths = new LinkedHashMap<>();
        for (RootEntry entry : entries) {
            switch (entry) {
                case RootEntry.Shown shown -> paths.put(shown.path(), false);
                case RootEntry.Resolved resolved -> paths.put(resolved.path(), true);
                case RootEntry.AsOnHost same -> paths.put(same.path(), false);
                case RootEntry.Directory own -> { }
                case RootEntry.Link own -> { }
                case RootEntry.Text own -> { }
                case RootEntry.Memory own -> { }
                case RootEntry.Device own -> { }
                case RootEntry.Processes own -> { }
                case RootEntry.Hidden own -> { }
            }
        }
        return new HostState(paths);
    }

    /** Whether it still is so. A launch waits for it. */
    boolean holds() throws IOException {
        long now = TABLE.changes();
        if (now != asOf && !mounts.equals(mountsOnOrBeneath())) {
            return false;
        }
        asOf = now;
        return Arrays.equals(files, statx.look());
    }

    private List<String> mountsOnOrBeneath() throws IOException {
        List<String> found = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of(MountTable.FILE), StandardCharsets.ISO_8859_1)) {
            if (isOnOrBeneath(line.split(" ", MOUNT_POINT + 2)[MOUNT_POINT])) {
                found.add(line);
            }
        }
        return found;
    }

    private boolean isOnOrBeneath(String mount) {
        for (int end = mount.length(); end > 0; end = mount.lastIndexOf('/', end - 1)) {
            if (directories.contains(mount.substring(0, end))) {
                return true;
            }
        }
        return false;
    }

    /** As {@code proc_pid_mountinfo(5)} writes it. */
    private static String escaped(String path) {
        return path.replace("\\", "\\134").replace(" ", "\\040").replace("\t", "\\011").replace("\n", "\\012");
    }
}
