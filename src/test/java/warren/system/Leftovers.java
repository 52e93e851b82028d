package warren.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What a Warren that has ended must not leave: anything that bears the name of its directory or one of its UIDs. */
final class Leftovers {
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
    private static final int CGROUPS_DEPTH = 8;

    private Leftovers() { }

    /** Processes, Unix sockets, mounts and cgroups, a line each; the directory itself is the caller's to judge. */
    static List<String> of(Path base, List<Integer> uids) throws Exception {
        List<String> left = new ArrayList<>();
        for (int uid : uids) {
            left.addAll(livingProcesses("-U", Integer.toString(uid)));
        }
        left.addAll(livingProcesses("-e").stream().filter(line -> line.contains(base + "/")).toList());
        for (String table : List.of("/proc/net/unix", "/proc/self/mounts")) {
            left.addAll(Files.readAllLines(Path.of(table)).stream().filter(line -> line.contains(base + "/")).toList());
        }
        cgroups(base).forEach(cgroup -> left.add(cgroup.toString()));
        return left;
    }

    /** Without those that have ended and wait for init to reap them. */
    private static List<String> livingProcesses(String... whose) throws Exception {
        List<String> ps = new ArrayList<>(List.of("ps", "-ww", "-o", "stat=,pid=,uid=,args="));
        ps.addAll(List.of(whose));
        return Command.run(ps).output().lines().filter(line -> !line.startsWith("Z")).toList();
    }

    /** A launcher's cgroups are named for its runtime directory. */
    static List<Path> cgroups(Path base) {
        List<Path> found = new ArrayList<>();
        addCgroups(CGROUPS, CGROUPS_DEPTH, "warren" + base.resolve("run").toString().replaceAll("[^A-Za-z0-9]+", "-"), found);
        return found;
    }

    /** Others' come and go meanwhile. */
    private static void addCgroups(Path directory, int depth, String name, List<Path> found) {
        List<Path> below;
        try (Stream<Path> all = Files.list(directory)) {
            below = all.filter(path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)).toList();
        } catch (IOException | UncheckedIOException gone) {
            return;
        }
        for (Path path : below) {
            if (path.getFileName().toString().equals(name)) {
                found.add(path);
            }
            if (depth > 1) {
                addCgroups(path, depth - 1, name, found);
            }
        }
    }
}
