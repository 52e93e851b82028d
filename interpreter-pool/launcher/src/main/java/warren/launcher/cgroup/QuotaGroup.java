package warren.launcher.cgroup;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import warren.plugin.LaunchStep.Quota;

/**
 * Generations that share limits, those of one virtual host or of one owner: a cgroup above theirs in version 2's tree,
 * and one that all their processes are in in each tree of version 1. Whoever finds it empty removes it; whoever comes
 * too late to join it makes another.
 */
public final class QuotaGroup {
    /** {@code user.warren.quotas} in {@code getfattr(1)}. */
    private static final String NAME = "warren.quotas";
    /** No generation's number. */
    private static final String SESSIONS = "sessions";
    private static final int MOST_CHILDREN = 100_000;
    /** Within it everybody has asked who had a request there. */
    private static final Duration MOMENT = Duration.ofSeconds(5);
    private final Path directory;
    private final Map<Controller, ControllerFiles> controllers;
    private final GroupLimits limits;
    /** By the kernel's account, when this was last asked and there were more than before. */
    private long killsSeen;
    private long killsSeenNanos = System.nanoTime();
    private long killsTold;

    private QuotaGroup(Path directory, Map<Controller, ControllerFiles> controllers) {
        this.directory = directory;
        this.controllers = controllers;
        this.limits = new GroupLimits(directory, controllers);
    }

    /**
     * @param directory in version 2's tree
     * @param versionOne where its directories of version 1 are, or will be
     * @param versionTwo controllers that version 2's tree has
     */
    static QuotaGroup at(Path directory, Map<Controller, Path> versionOne, List<Controller> versionTwo) {
        Map<Controller, ControllerFiles> controllers = new EnumMap<>(Controller.class);
        versionOne.forEach((controller, path) -> controllers.put(controller, new ControllerFiles(controller, 1, path)));
        versionTwo.forEach(controller -> controllers.put(controller, new ControllerFiles(controller, 2, directory)));
        return new QuotaGroup(directory, controllers);
    }

    /** @throws FileAlreadyExistsException where it is there in any tree: what is in it would be taken for ours */
    QuotaGroup create() throws IOException {
        List<Path> created = new ArrayList<>();
        try {
            created.add(Files.createDirectory(directory));
            for (ControllerFiles files : controllers.values()) {
                if (files.version() == 1) {
                    created.add(Files.createDirectory(files.directory()));
                }
            }
            return this;
        } catch (IOException e) {
            for (Path half : created) {
                Files.delete(half);
            }
            throw e;
        }
    }

    /**
     * Another cgroup in it.
     *
     * @throws NoSuchFileException where it has just been removed
     */
    Cgroup createChild() throws IOException {
        for (int number = 1; number < MOST_CHILDREN; number++) {
            Path child = directory.resolve(Integer.toString(number));
            try {
                return new Cgroup(Files.createDirectory(child), Optional.of(this));
            } catch (FileAlreadyExistsException another) {
                // The next number.
            }
        }
        throw new IOException(directory + " has " + MOST_CHILDREN + " cgroups");
    }

    /**
     * The cgroup in it for what its owner runs besides, by cron or a shell; made where it is not there.
     *
     * @throws NoSuchFileException where the group has just been removed
     */
    Cgroup sessions() throws IOException {
        Path sessions = directory.resolve(SESSIONS);
        if (!Files.isDirectory(sessions)) {
            Files.createDirectory(sessions);
        }
        return new Cgroup(sessions, Optional.of(this));
    }

    /** Of generations and of stages that wait. */
    List<Cgroup> members() throws IOException {
        return CgroupTree.below(directory).stream().filter(child -> !child.endsWith(SESSIONS))
            .map(child -> new Cgroup(child, Optional.of(this))).toList();
    }

    List<String> joinFiles() {
        return controllers.values().stream().filter(files -> files.version() == 1)
            .map(files -> files.file("cgroup.procs").toString()).toList();
    }

    /** Says whose it is from now on, in an attribute that root alone can write. */
    void nameAfter(String name) throws IOException {
        Cgroup.write(directory, NAME, name);
    }

    /** Whose it is; empty where nobody said. */
    Optional<String> name() {
        return Cgroup.read(directory, NAME);
    }

    /** Forks that were refused because it had as many processes as it may. */
    OptionalLong forksRefused() {
        return GroupUse.forksRefused(controllers);
    }

    /** What is said of it. */
    public GroupLimits limits() {
        return limits;
    }

    /** Processor time of all that is or was in it, in microseconds; nothing where it is gone. */
    OptionalLong cpuMicros() {
        return GroupUse.cpuMicros(directory);
    }

    /**
     * The limit for which the kernel has killed a process, and what was taken, such as {@code "memory 64M reached, 3
     * processes"}; nothing where it has not killed another one since this was last asked. Of what it has killed at once nobody is
     * told a moment later: some were no interpreters.
     */
    public synchronized String takeReached() {
        long kills = GroupUse.memoryKills(controllers).orElse(0);
        long now = System.nanoTime();
        if (now - killsSeenNanos > MOMENT.toNanos()) {
            killsTold = killsSeen;
        }
        if (kills > killsSeen) {
            killsSeen = kills;
            killsSeenNanos = now;
        }
        if (kills <= killsTold) {
            return "";
        }
        killsTold++;
        GroupUse use = use();
        return "memory " + megabytes(limits.of(Quota.MEMORY_BYTES)) + " reached, peak " + megabytes(use.memoryPeakBytes())
            + ", " + use.processes().orElse(0) + " processes left";
    }

    private static String megabytes(OptionalLong bytes) {
        return bytes.isEmpty() ? "limit" : (bytes.getAsLong() >> 20) + "M";
    }

    /** An earlier launcher has told what the kernel has killed until now, and may have left less of the processors than is said. */
    QuotaGroup takenOver() throws IOException {
        limits.takeOver();
        killsSeen = use().memoryKills().orElse(0);
        killsTold = killsSeen;
        return this;
    }

    /** What is used of it, and how often a limit was reached. */
    public GroupUse use() {
        return GroupUse.read(directory, controllers);
    }

    /**
     * Sessions count as members: nobody waits for their end, and they are not ended with a generation.
     *
     * @param deadline of System.nanoTime: zombies keep a cgroup busy until they are reaped
     */
    void removeIfEmpty(long deadline) throws IOException {
        removeEmptySessions();
        if (remove(directory, deadline)) {
            for (ControllerFiles files : controllers.values()) {
                if (files.version() == 1) {
                    remove(files.directory(), deadline);
                }
            }
        }
    }

    private void removeEmptySessions() {
        try {
            Files.deleteIfExists(directory.resolve(SESSIONS));
        } catch (IOException busy) {
            // Whoever sweeps next finds it.
        }
    }

    boolean hasSessions() {
        return Files.isDirectory(directory.resolve(SESSIONS));
    }

    /** Whether it is gone now: not where other cgroups are in it. */
    private static boolean remove(Path directory, long deadline) throws IOException {
        while (true) {
            try {
                Files.deleteIfExists(directory);
                return true;
            } catch (FileSystemException busy) {
                if (!CgroupTree.below(directory).isEmpty()) {
                    return false;
                }
                if (System.nanoTime() > deadline) {
                    throw busy;
                }
                Cgroup.pause();
            }
        }
    }
}
