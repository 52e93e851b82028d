package warren.launcher.cgroup;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import warren.contract.GenerationId;

/**
 * One cgroup of the version 2 tree, no controllers needed ({@code cgroups(7)}, "Cgroups v2"). It is how the processes
 * of a generation are found, counted and ended, whatever they do: a process leaves it only by the hand of root.
 */
public final class Cgroup {
    /** {@code user.warren.generation} in {@code getfattr(1)}. */
    private static final String GENERATION = "warren.generation";
    private static final Duration POLL = Duration.ofMillis(2);
    private final Path directory;
    private final Optional<QuotaGroup> group;

    Cgroup(Path directory, Optional<QuotaGroup> group) {
        this.directory = directory;
        this.group = group;
    }

    /**
     * Makes it, with those above it, in no quota group.
     *
     * @throws IOException where it is there already: what is in it would be taken for ours
     */
    public static Cgroup create(Path directory) throws IOException {
        Files.createDirectories(directory.getParent());
        Files.createDirectory(directory);
        return existing(directory);
    }

    /** One that is there already, in no quota group. */
    public static Cgroup existing(Path directory) {
        return new Cgroup(directory, Optional.empty());
    }

    /** The files that a process writes 0 to in order to join, or root a process's number. */
    public List<String> joinFiles() {
        List<String> files = new ArrayList<>();
        files.add(directory.resolve("cgroup.procs").toString());
        group.ifPresent(shared -> files.addAll(shared.joinFiles()));
        return files;
    }

    public Path directory() {
        return directory;
    }

    /** Whose limits hold in it; empty for a connector's. */
    public Optional<QuotaGroup> group() {
        return group;
    }

    /** Says in an attribute of the directory, which root alone can write, whose it is from now on. */
    public void nameAfter(GenerationId generation) throws IOException {
        write(directory, GENERATION, generation.fileName());
    }

    /** Whose it is; empty where nobody said, or it has gone. */
    public Optional<GenerationId> generation() {
        return read(directory, GENERATION).flatMap(GenerationId::ofFileName);
    }

    static void write(Path directory, String attribute, String value) throws IOException {
        attributes(directory).write(attribute, StandardCharsets.UTF_8.encode(value));
    }

    static Optional<String> read(Path directory, String attribute) {
        try {
            ByteBuffer value = ByteBuffer.allocate(attributes(directory).size(attribute));
            attributes(directory).read(attribute, value);
            return Optional.of(StandardCharsets.UTF_8.decode(value.flip()).toString());
        } catch (IOException without) {
            return Optional.empty();
        }
    }

    private static UserDefinedFileAttributeView attributes(Path directory) {
        return Files.getFileAttributeView(directory, UserDefinedFileAttributeView.class);
    }

    /** Moves a process in, with all its threads. The kernel takes some milliseconds for each tree (a grace period of RCU). */
    public void take(int pid) throws IOException {
        for (String file : joinFiles()) {
            Files.writeString(Path.of(file), Integer.toString(pid));
        }
    }

    /** The processes in it now, as numbers of our own PID namespace; none where it is gone. */
    public List<Integer> processes() {
        try {
            return Files.readAllLines(directory.resolve("cgroup.procs")).stream().map(Integer::valueOf).toList();
        } catch (IOException gone) {
            return List.of();
        }
    }

    /** Whether this process is in it: compared after the process was pinned, so that a reused number shows. */
    public boolean contains(int pid) {
        return processes().contains(pid);
    }

    /**
     * Kills everything in it ({@code cgroup.kill}) and removes it, and its quota group where nothing else is in that.
     *
     * @throws IOException where something is still in it after the given time
     */
    public void killAndRemove(Duration within) throws IOException {
        long deadline = System.nanoTime() + within.toNanos();
        try {
            if (Files.exists(directory.resolve("cgroup.kill"))) {
                Files.writeString(directory.resolve("cgroup.kill"), "1");
            } else {
                killFrozen(deadline);
            }
            remove(deadline);
        } catch (NoSuchFileException gone) {
            // Its group may be there still.
        }
        if (group.isPresent()) {
            group.get().removeIfEmpty(deadline);
        }
    }

    /**
     * For kernels before 5.14, which have no {@code cgroup.kill}: what is frozen starts nothing while the others are
     * killed, and dies of SIGKILL all the same.
     */
    void killFrozen(long deadline) throws IOException {
        Files.writeString(directory.resolve("cgroup.freeze"), "1");
        do {
            for (int pid : processes()) {
                ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
            }
            pause();
        } while (!processes().isEmpty() && System.nanoTime() < deadline);
    }

    /** Waits until it is empty, and removes it. */
    private void remove(long deadline) throws IOException {
        while (!processes().isEmpty() || isPopulated()) {
            if (System.nanoTime() > deadline) {
                throw new IOException(directory + " still has the processes " + processes());
            }
            pause();
        }
        Files.deleteIfExists(directory);
    }

    static void pause() {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(POLL.toMillis()));
    }

    /** Zombies are in no {@code cgroup.procs}, but keep the cgroup busy until they are reaped. */
    private boolean isPopulated() {
        try {
            return Files.readString(directory.resolve("cgroup.events")).contains("populated 1");
        } catch (IOException gone) {
            return false;
        }
    }
}
