package warren.pool;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much of one virtual host's bodies and responses is kept at a time, and where files for them come from. The limit
 * is looked at before bytes come, not while: what is on its way already is still taken, so it can be passed by one
 * buffer for each request.
 */
final class SpoolSpace {
    /** The disk is everybody's: the last twentieth of it is not for bodies. */
    private static final int LEFT_TO_OTHERS = 20;
    private static final AtomicLong LAST_NUMBER = new AtomicLong();
    /** An eighth of the heap for all virtual hosts: slow clients of one must not take what the others need. */
    private static final AtomicLong MEMORY_LEFT = new AtomicLong(Runtime.getRuntime().maxMemory() / 8);
    private final Optional<Path> directory;
    private final AtomicLong used = new AtomicLong();
    private volatile long most;

    private SpoolSpace(Optional<Path> directory, long most) {
        this.directory = directory;
        this.most = most;
    }

    SpoolSpace(Path directory, long most) {
        this(Optional.of(directory), most);
    }

    /** For what is never long: there are no files. */
    static SpoolSpace inMemory() {
        return new SpoolSpace(Optional.empty(), Long.MAX_VALUE);
    }

    void use(long changed) {
        most = changed;
    }

    boolean hasRoomFor(long bytes) {
        return used.get() <= most - bytes;
    }

    void take(long bytes) {
        used.addAndGet(bytes);
    }

    void giveBack(long bytes) {
        used.addAndGet(-bytes);
    }

    /** Takes memory of what all spools may have, or takes nothing and is false. */
    boolean takeMemory(long bytes) {
        if (MEMORY_LEFT.addAndGet(-bytes) >= 0 || directory.isEmpty()) {
            return true;
        }
        giveBackMemory(bytes);
        return false;
    }

    void giveBackMemory(long bytes) {
        MEMORY_LEFT.addAndGet(bytes);
    }

    /** Bytes that are kept now. */
    long used() {
        return used.get();
    }

    /** A private file that has lost its name already: nobody else can open it, and it goes with this process. */
    FileChannel openFile() throws IOException {
        Path disk = directory.orElseThrow(() -> new IOException("more than fits into memory"));
        requireSpaceOn(disk);
        Path path = disk.resolve("spool-" + ProcessHandle.current().pid() + "-" + LAST_NUMBER.incrementAndGet());
        FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ,
            StandardOpenOption.WRITE);
        Files.delete(path);
        return file;
    }

    private static void requireSpaceOn(Path directory) throws IOException {
        FileStore disk = Files.getFileStore(directory);
        if (disk.getUsableSpace() < disk.getTotalSpace() / LEFT_TO_OTHERS) {
            throw new IOException("the disk of " + directory + " is nearly full");
        }
    }
}
