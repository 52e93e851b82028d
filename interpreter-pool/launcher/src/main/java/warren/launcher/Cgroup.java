package warren.launcher;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import warren.contract.GenerationId;

/**
 * One cgroup of the version 2 tree, no controllers needed ({@code cgroups(7)}, "Cgroups v2"). It is how the processes
 * of a generation are found, counted and ended, whatever they do: a process leaves it only by the hand of root.
 */
final class Cgroup {
    /** {@code user.warren.generation} in {@code getfattr(1)}. */
    private static final String GENERATION = "warren.generation";
    private static final Duration POLL = Duration.ofMillis(2);
    private final Path directory;

    private Cgroup(Path directory) {
        this.directory = directory;
    }

    /**
     * Makes it, with those above it.
     *
     * @throws IOException where it is there already: what is in it would be taken for ours
     */
    static Cgroup create(Path directory) throws IOException {
        Files.createDirectories(directory.getParent());
        Files.createDirectory(directory);
        return new Cgroup(directory);
    }

    /** One that is there already. */
    static Cgroup existing(Path directory) {
        return new Cgroup(directory);
    }

    /** The file that a process writes 0 to in order to join. */
    String joinFile() {
        return directory.resolve("cgroup.procs").toString();
    }

    Path directory() {
        return directory;
    }

    /** Says in an attribute of the directory, which root alone can write, whose it is from now on. */
    void nameAfter(GenerationId generation) throws IOException {
        attributes().write(GENERATION, StandardCharsets.UTF_8.encode(generation.fileName()));
    }

    /** Whose it is; empty where nobody said, or it has gone. */
    Optional<GenerationId> generation() {
        try {
            ByteBuffer name = ByteBuffer.allocate(attributes().size(GENERATION));
            attributes().read(GENERATION, name);
            return GenerationId.ofFileName(StandardCharsets.UTF_8.decode(name.flip()).toString());
        } catch (IOException unnamed) {
            return Optional.empty();
        }
    }

    private UserDefinedFileAttributeView attributes() {
        return Files.getFileAttributeView(directory, UserDefinedFileAttributeView.class);
    }

    /** The processes in it now, as numbers of our own PID namespace; none where it is gone. */
    List<Integer> processes() {
        try {
            return Files.readAllLines(directory.resolve("cgroup.procs")).stream().map(Integer::valueOf).toList();
        } catch (IOException gone) {
            return List.of();
        }
    }

    /** Whether this process is in it: compared after the process was pinned, so that a reused number shows. */
    boolean contains(int pid) {
        return processes().contains(pid);
    }

    /**
     * Kills everything in it ({@code cgroup.kill}) and removes it.
     *
     * @throws IOException where something is still in it after the given time
     */
    void killAndRemove(Duration within) throws IOException {
        try {
            Files.writeString(directory.resolve("cgroup.kill"), "1");
        } catch (NoSuchFileException gone) {
            return;
        }
        remove(within);
    }

    /** Waits until it is empty, and removes it. */
    private void remove(Duration within) throws IOException {
        long deadline = System.nanoTime() + within.toNanos();
        while (!processes().isEmpty() || isPopulated()) {
            if (System.nanoTime() > deadline) {
                throw new IOException(directory + " still has the processes " + processes());
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(POLL.toMillis()));
        }
        Files.deleteIfExists(directory);
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
