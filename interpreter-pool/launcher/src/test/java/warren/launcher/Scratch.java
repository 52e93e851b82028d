package warren.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import warren.contract.GenerationId;
import warren.launcher.cgroup.Cgroup;
import warren.launcher.cgroup.CgroupTree;
import warren.launcher.system.Descriptors;
import warren.launcher.system.PosixSpawn;

/**
 * A directory that only root can write, with a cgroup tree of its own. After {@link #close} nothing of either is left,
 * whatever the test did. Without root it cannot be made, and the test fails.
 */
public final class Scratch implements AutoCloseable {
    /** One for all tests: it reaps every child of this process. */
    static final Children CHILDREN = new Children();
    private static final Duration LONG = Duration.ofSeconds(30);
    private final Path directory;
    private final CgroupTree cgroups;

    public Scratch() throws IOException {
        directory = Files.createTempDirectory(Path.of("/var/lib"), "warren-test.launcher.");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        cgroups = CgroupTree.open(directory.getFileName().toString(), List.of());
    }

    public Path path(String name) {
        return directory.resolve(name);
    }

    public CgroupTree cgroups() {
        return cgroups;
    }

    /** One that says that it is this generation's. */
    public Cgroup cgroup(GenerationId generation) throws IOException {
        Cgroup cgroup = cgroups.createForStage();
        cgroup.nameAfter(generation);
        return cgroup;
    }

    /** That of a generation; empty where it has gone. */
    Optional<Cgroup> cgroupOf(GenerationId generation) {
        try {
            return cgroups.generations().stream()
                .filter(cgroup -> cgroup.generation().equals(Optional.of(generation))).findFirst();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Runtime, state and log directories, made. */
    Directories directories(long connectorUser) throws IOException {
        Directories directories = new Directories(path("run"), path("state"), path("log"), path("spool"));
        directories.create(0, connectorUser, connectorUser);
        return directories;
    }

    /** A launch stage as it is started in earnest, from the classes under test; a prefix such as strace runs it. */
    StageProgram stage(String... prefix) {
        List<String> arguments = new ArrayList<>(List.of(prefix));
        arguments.add(StageProgram.javaProgram());
        arguments.addAll(StageProgram.FLAGS);
        arguments.add("-Djava.io.tmpdir=" + directory);
        arguments.addAll(List.of("-cp", System.getProperty("java.class.path"), "warren.launcher.stage.LaunchStage"));
        return new StageProgram(prefix.length == 0 ? StageProgram.javaProgram() : prefix[0], arguments);
    }

    /** A shell script that every UID can read. */
    Path script(String text) throws IOException {
        Path file = Files.createTempFile(directory, "script.", ".sh");
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        return file;
    }

    /** Starts a program of the host with its output in a file. */
    Children.Child spawn(Path output, String... command) throws IOException {
        Descriptors.Pipe pipe = Descriptors.pipe();
        int out = Descriptors.above(new warren.launcher.system.LinuxSystemCalls().open(output.toString(), 0102));
        try {
            return CHILDREN.spawn(() -> PosixSpawn.spawn(command[0], List.of(command), List.of("PATH=/usr/bin:/bin"),
                List.of(pipe.readEnd(), out, out)));
        } finally {
            Descriptors.close(pipe.readEnd());
            Descriptors.close(pipe.writeEnd());
            Descriptors.close(out);
        }
    }

    /** Starts one; its pid. */
    public int start(Path output, String... command) throws IOException {
        return spawn(output, command).pid();
    }

    /** Runs a program of the host to its end, with its output in a file. */
    public void run(Path output, List<String> command) throws Exception {
        spawn(output, command.toArray(new String[0])).ended().get(LONG.toSeconds(), TimeUnit.SECONDS);
    }

    /** What a Perl program prints that runs under another UID and GID. */
    public String perlAs(long uid, String program) throws Exception {
        Path output = Files.createTempFile(directory, "perl.", ".out");
        spawn(output, "/usr/bin/perl", "-e", "$( = $) = '" + uid + " " + uid + "'; $< = $> = " + uid + "; $| = 1; "
            + "die 'not switched' if $> != " + uid + "; " + program).ended().get(LONG.toSeconds(), TimeUnit.SECONDS);
        // a frame of the contract is no UTF-8
        return Files.readString(output, StandardCharsets.ISO_8859_1);
    }

    /** Fails where the condition does not come true in time. */
    public static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + LONG.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + LONG.toSeconds() + " s: " + what);
            }
            LockSupport.parkNanos(2_000_000);
        }
    }

    @Override
    public void close() throws IOException {
        cgroups.killAndRemoveAll();
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            /** A generation's end, noticed late, removes its socket and log itself. */
            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failed) throws IOException {
                if (failed instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failed;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException failed) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
