package warren.launcher;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * This launcher's part of the cgroup tree, below the cgroup that it runs in itself (a service manager delegates that
 * one, {@code Delegate=yes}), or that an earlier launcher ran in whose tree it takes over:
 * <pre>
 *   warren-NAME/connector.N
 *   warren-NAME/generations/N     of a launch stage that waits, then of the generation that it became
 * </pre>
 * {@link Cgroup#generation} says which one that is.
 * A process that moves to another cgroup waits some 10 ms for the kernel (a grace period of RCU), which a launch has no
 * time for: a stage joins while it starts, before anybody knows whose interpreter it will become.
 */
final class CgroupTree {
    private static final Duration LEFTOVERS = Duration.ofSeconds(5);
    private final Path top;
    private int stages;

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

    /**
     * The tree where an earlier launcher made it, which may have run in another cgroup; else a new one, which is noted.
     *
     * @param note a file of root's alone
     */
    static CgroupTree open(String name, Path note) throws IOException {
        if (Files.exists(note)) {
            Path noted = Path.of(Files.readString(note).strip());
            if (noted.endsWith(name) && Files.exists(noted.resolve("cgroup.procs"))) {
                return new CgroupTree(noted);
            }
        }
        CgroupTree tree = open(name);
        Secrets.writeAtomically(note, tree.top + "\n");
        return tree;
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

    /** One that a stage will wait in. */
    synchronized Cgroup createForStage() throws IOException {
        while (true) {
            try {
                return Cgroup.create(top.resolve("generations").resolve(Integer.toString(++stages)));
            } catch (FileAlreadyExistsException anEarlierLaunchers) {
                // its number goes on; who takes over decides about it
            }
        }
    }

    /** Of all generations and stages; also those that an earlier launcher made. */
    List<Path> generations() throws IOException {
        return below(top.resolve("generations"));
    }

    /** Of connectors by their numbers; the newest comes first. */
    List<Path> connectors() throws IOException {
        return below(top).stream().filter(path -> path.getFileName().toString().matches("connector\\.[0-9]{1,9}"))
            .sorted(Comparator.comparing(CgroupTree::number).reversed()).toList();
    }

    /** The number of a connector's cgroup. */
    static int number(Path connector) {
        return Integer.parseInt(connector.getFileName().toString().substring("connector.".length()));
    }

    private static List<Path> below(Path directory) throws IOException {
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> children = Files.newDirectoryStream(directory, Files::isDirectory)) {
                children.forEach(found::add);
            }
        }
        return found;
    }

    /** Ends whatever is in it, and removes the tree; a new one is made as it is needed. */
    void killAndRemoveAll() throws IOException {
        killBelow(top.resolve("generations"));
        killBelow(top);
        Files.deleteIfExists(top);
    }

    private static void killBelow(Path directory) throws IOException {
        for (Path child : below(directory)) {
            Cgroup.existing(child).killAndRemove(LEFTOVERS);
        }
    }
}
