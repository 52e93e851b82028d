package warren.launcher;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import warren.contract.GenerationId;

/**
 * This launcher's part of the cgroup tree, below the cgroup that it runs in itself (a service manager delegates that
 * one, {@code Delegate=yes}):
 * <pre>
 *   warren-NAME/connector.N
 *   warren-NAME/generations/VHOST.N
 * </pre>
 */
final class CgroupTree {
    private static final Duration LEFTOVERS = Duration.ofSeconds(5);
    private final Path top;

    private CgroupTree(Path top) {
        this.top = top;
    }

    /**
     * @param name tells several launchers on one machine apart
     * @throws IOException where no version 2 tree is mounted; the message says how to get one
     */
    static CgroupTree open(String name) throws IOException {
        return new CgroupTree(ownCgroup().resolve(name));
    }

    private static Path ownCgroup() throws IOException {
        Path mount = Path.of("");
        for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
            // proc_pid_mountinfo(5): the mount point is the fifth field, the type follows the lone hyphen
            if (line.contains(" - cgroup2 ")) {
                mount = Path.of(line.split(" ")[4]);
                break;
            }
        }
        if (mount.toString().isEmpty()) {
            throw new IOException("no cgroup2 tree is mounted, and without one the processes of an owner cannot be held"
                + " together: mount -t cgroup2 none /sys/fs/cgroup, or see cgroups(7)");
        }
        for (String line : Files.readAllLines(Path.of("/proc/self/cgroup"))) {
            if (line.startsWith("0::")) {
                return mount.resolve(line.substring("0::/".length()));
            }
        }
        throw new IOException("/proc/self/cgroup has no line of the version 2 tree (0::)");
    }

    Path directory() {
        return top;
    }

    Cgroup createForConnector(int number) throws IOException {
        return Cgroup.create(top.resolve("connector." + number));
    }

    Cgroup createFor(GenerationId generation) throws IOException {
        return Cgroup.create(top.resolve("generations").resolve(generation.fileName()));
    }

    /** Ends whatever an earlier launcher left, and removes the tree; a new one is made as it is needed. */
    void killAndRemoveAll() throws IOException {
        killBelow(top.resolve("generations"));
        killBelow(top);
        Files.deleteIfExists(top);
    }

    private static void killBelow(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory, Files::isDirectory)) {
            for (Path child : children) {
                Cgroup.existing(child).killAndRemove(LEFTOVERS);
            }
        }
    }
}
