package warren.launcher.stage;

import java.util.List;
import java.util.Set;
import warren.launcher.system.SystemCallFailed;
import warren.launcher.system.SystemCalls;
import warren.plugin.LaunchStep;

/** Limits of the IPC namespace that the launch has made, {@code sysvipc(7)} and {@code proc_sys_kernel(5)}. */
public final class SystemVIpcLimits {
    /** Where its settings are, and which it needs. */
    public static final String DIRECTORY = "/proc/sys/kernel/";
    public static final List<String> SETTINGS = List.of(SystemVIpcLimits.SHARED, SystemVIpcLimits.QUEUES, SystemVIpcLimits.SEMAPHORES);
    private static final String SHARED = "shmall";
    private static final String QUEUES = "msgmni";
    private static final String SEMAPHORES = "sem";
    /** A file of a /proc/sys that is read-only, as in many containers. */
    private static final Set<String> UNWRITABLE = Set.of("EROFS", "EACCES", "ENOENT");
    private static final long PAGE_BYTES = 4096;
    /** A queue takes 16,384 bytes ({@code kernel.msgmnb}), or as many messages without any, of which each takes 64 in the kernel. */
    private static final long QUEUE_BYTES = 1 << 20;
    private static final long MOST_QUEUES = 32_768;
    private static final long SEMAPHORE_BYTES = 64;
    private static final long MOST_SEMAPHORES = 1_024_000_000;
    private static final long MOST_IN_A_SET = 32_000;
    private static final int MOST_OPERATIONS = 500;
    private static final long MOST_SETS = 32_000;

    private final SystemCalls calls;
    private final LaunchStep.LimitSystemVIpc limit;

    SystemVIpcLimits(SystemCalls calls, LaunchStep.LimitSystemVIpc limit) {
        this.calls = calls;
        this.limit = limit;
    }

    void apply() throws SystemCallFailed {
        long semaphores = atLeastOne(limit.otherBytes() / SEMAPHORE_BYTES, MOST_SEMAPHORES);
        set(SHARED, Long.toString(atLeastOne(limit.sharedBytes() / PAGE_BYTES, Long.MAX_VALUE)));
        set(QUEUES, Long.toString(atLeastOne(limit.otherBytes() / QUEUE_BYTES, MOST_QUEUES)));
        set(SEMAPHORES, Math.min(semaphores, MOST_IN_A_SET) + " " + semaphores + " " + MOST_OPERATIONS + " " + Math.min(semaphores, MOST_SETS));
    }

    private static long atLeastOne(long value, long most) {
        return Math.max(1, Math.min(value, most));
    }

    private void set(String setting, String value) throws SystemCallFailed {
        try {
            KernelFile.write(DIRECTORY + setting, value, calls);
        } catch (SystemCallFailed e) {
            if (limit.required() || !UNWRITABLE.contains(e.errno())) {
                throw new SystemCallFailed("sysctl kernel." + setting + "=\"" + value + "\": " + e.call(), e.errno());
            }
        }
    }
}
