package warren.launcher;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import warren.launcher.stage.SystemVIpcLimits;

/** Whether launches can limit System V IPC in their namespaces. */
public final class SystemVIpc {
    private SystemVIpc() { }

    /** Why not, for the administrator; nothing where they can. */
    public static Optional<String> obstacle() {
        for (String setting : SystemVIpcLimits.SETTINGS) {
            String file = SystemVIpcLimits.DIRECTORY + setting;
            try {
                // a security module may refuse what access(2) promises
                FileChannel.open(Path.of(file), StandardOpenOption.WRITE).close();
            } catch (IOException e) {
                return Optional.of(file + " cannot be written (" + e + "): System V IPC has no such limit but that of memory, and"
                    + " WarrenQuotas strict launches nothing but with WarrenShmMax none");
            }
        }
        return Optional.empty();
    }
}
