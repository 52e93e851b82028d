package warren.launcher.stage;

import warren.launcher.system.SystemCallFailed;
import warren.launcher.system.SystemCalls;

/** How soon the kernel kills a process where the machine's memory is out, {@code proc_pid_oom_score_adj(5)}. */
final class OomScore {
    private static final String FILE = "/proc/thread-self/oom_score_adj";
    private static final int MOST_BYTES = 16;

    private OomScore() { }

    /**
     * An administrator may have the kernel spare the launcher; owners' code would be spared with it, and all others killed
     * first. Written with CAP_SYS_RESOURCE it is also the least that the owner can give himself. A score that is higher stays.
     */
    static void spareNobody(SystemCalls calls) throws SystemCallFailed {
        if (calls.readFile(FILE, MOST_BYTES).startsWith("-")) {
            KernelFile.write(FILE, "0", calls);
        }
    }
}
