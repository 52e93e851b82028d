package warren.launcher.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where this process is in the trees that are mounted: version 2's, which there must be, and version 1's of the
 * controllers that version 2's does not have. Read from {@code proc_pid_mountinfo(5)} and {@code /proc/self/cgroup}.
 *
 * @param root the topmost cgroup of version 2's tree that is mounted
 * @param unified our own cgroup in it
 * @param versionOne our own cgroup in each tree of version 1
 */
record Hierarchies(Path root, Path unified, Map<Controller, Path> versionOne) {
    private static final int ROOT_FIELD = 3;
    private static final int MOUNT_POINT_FIELD = 4;

    Hierarchies {
        versionOne = Map.copyOf(versionOne);
    }

    /** @throws IOException where no version 2 tree is mounted; the message says how to get one */
    static Hierarchies ofThisProcess() throws IOException {
        return of(Files.readAllLines(Path.of("/proc/self/mountinfo")), Files.readAllLines(Path.of("/proc/self/cgroup")));
    }

    static Hierarchies of(List<String> mounts, List<String> memberships) throws IOException {
        Optional<Mount> mounted = find(mounts, " - cgroup2 ", "");
        Optional<Path> unified = mounted.flatMap(mount -> mount.own(memberships, "0::"));
        if (unified.isEmpty()) {
            throw new IOException("no cgroup2 tree is mounted, and without one the processes of an owner cannot be held"
                + " together: mount -t cgroup2 none /sys/fs/cgroup, or see cgroups(7)");
        }
        Map<Controller, Path> versionOne = new EnumMap<>(Controller.class);
        for (Controller controller : Controller.values()) {
            find(mounts, " - cgroup ", controller.versionOneName())
                .flatMap(mount -> mount.own(memberships, controller.versionOneName()))
                .ifPresent(own -> versionOne.put(controller, own));
        }
        return new Hierarchies(mounted.get().point(), unified.get(), versionOne);
    }

    /** @param root what of the tree is mounted: in a container it may be a part */
    private record Mount(String root, Path point) {
        /** The cgroup of the membership line {@code ID:CONTROLLERS:PATH}. */
        Optional<Path> own(List<String> memberships, String controllers) {
            for (String line : memberships) {
                String[] fields = line.split(":", 3);
                if (controllers.equals("0::") ? line.startsWith("0::") : has(fields[1], controllers)) {
                    return Optional.of(below(fields[2]));
                }
            }
            return Optional.empty();
        }

        private Path below(String path) {
            String rest = !root.equals("/") && path.startsWith(root) ? path.substring(root.length()) : path;
            return point.resolve(rest.replaceFirst("^/+", "")).normalize();
        }
    }

    /** The mount point is the fifth field, the type follows the lone hyphen, then the source and the tree's options. */
    private static Optional<Mount> find(List<String> mounts, String type, String controller) {
        for (String line : mounts) {
            String[] fields = line.split(" ");
            if (line.contains(type) && (controller.isEmpty() || has(fields[fields.length - 1], controller))) {
                return Optional.of(new Mount(fields[ROOT_FIELD], Path.of(fields[MOUNT_POINT_FIELD])));
            }
        }
        return Optional.empty();
    }

    private static boolean has(String list, String word) {
        return Arrays.asList(list.split(",")).contains(word);
    }
}
