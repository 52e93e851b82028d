package warren.launcher;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * One launcher a runtime directory: two would each take over what the other runs. {@code fcntl(2)} F_SETLK, process: the
 * kernel lets go of it when the process ends, however it does, and no child inherits it.
 */
final class LauncherLock {
    /** Whose channel would be closed where nothing refers to it any more. */
    private final FileLock held;

    private LauncherLock(FileLock held) {
        this.held = held;
    }

    /** Empty where another process has it. Held until this process ends. */
    static Optional<LauncherLock> take(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        return Optional.ofNullable(channel.tryLock()).map(LauncherLock::new);
    }
}
