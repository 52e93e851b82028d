package warren.launcher;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Whether launches can limit System V IPC in their namespaces. */
public final class SystemVIpc {
    private SystemVIpc() { }

    /** Why not, for the administrator; nothing where they can. */
    public static Optional<String> obstacle() {
        return Files.isWritable(Path.of("/proc/sys/kernel/shmall")) ? Optional.empty()
            : Optional.of("/proc/sys/kernel cannot be written: System V IPC has no limits but that of memory (WarrenShmMax), and WarrenQuotas strict"
                + " launches nothing that has it");
    }
}
