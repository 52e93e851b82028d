package warren.launcher;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.GenerationId;
import warren.launcher.system.Descriptors;
import warren.launcher.system.LinuxSystemCalls;
import warren.launcher.system.SystemCallFailed;

/**
 * The log FIFOs of generations, kept open and never read: what lies in one is lost when nobody has it open any more, and
 * code that dies while it loads dies before a connector has opened it.
 */
final class HeldLogs {
    private static final Logger LOG = LogManager.getLogger(HeldLogs.class);
    private static final int O_NONBLOCK = 04000;
    private final LinuxSystemCalls calls = new LinuxSystemCalls();
    private final Directories directories;
    private final Map<GenerationId, Integer> held = new ConcurrentHashMap<>();

    HeldLogs(Directories directories) {
        this.directories = directories;
    }

    /** Unless it is held already. */
    void hold(GenerationId id) {
        held.computeIfAbsent(id, same -> {
            try {
                return calls.open(directories.generationLog(id).toString(), O_NONBLOCK);
            } catch (SystemCallFailed e) {
                LOG.warn("{}: what it says before a connector listens may be lost: {}", id, e.getMessage());
                return null;
            }
        });
    }

    void release(GenerationId id) {
        Integer descriptor = held.remove(id);
        if (descriptor != null) {
            Descriptors.close(descriptor);
        }
    }
}
