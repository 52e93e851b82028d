package warren.connector;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file system of its own, mounted on a directory, that can be filled up; unmounted by {@link #close}. */
final class FullDisk implements AutoCloseable {
    private final Path directory;

    FullDisk(Path directory) throws Exception {
        this.directory = directory;
        run("mount", "-t", "tmpfs", "-o", "size=256k,mode=0755", "warren-test", directory.toString());
    }

    private static void run(String... command) throws Exception {
        int status = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (status != 0) {
            throw new AssertionError(String.join(" ", command) + " exited " + status);
        }
    }

    /** Until not one page more is to be had. */
    void fill() {
        try {
            while (true) {
                Files.write(directory.resolve("filler"), new byte[4096], StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
            }
        } catch (IOException full) {
            if (!String.valueOf(full.getMessage()).contains("No space left")) {
                throw new AssertionError(full);
            }
        }
    }

    void free() throws IOException {
        Files.delete(directory.resolve("filler"));
    }

    @Override
    public void close() throws Exception {
        run("umount", directory.toString());
    }
}
