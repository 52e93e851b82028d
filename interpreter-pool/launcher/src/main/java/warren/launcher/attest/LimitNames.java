package warren.launcher.attest;

import java.util.Map;
import warren.plugin.LaunchStep.Resource;

/** How {@code /proc/PID/limits} calls the resources of {@code getrlimit(2)}. */
final class LimitNames {
    static final Map<Resource, String> ALL = Map.of(
        Resource.CPU_SECONDS, "Max cpu time", Resource.FILE_SIZE_BYTES, "Max file size", Resource.CORE_BYTES, "Max core file size",
        Resource.PROCESSES, "Max processes", Resource.OPEN_FILES, "Max open files", Resource.LOCKED_BYTES, "Max locked memory",
        Resource.ADDRESS_SPACE_BYTES, "Max address space", Resource.PENDING_SIGNALS, "Max pending signals",
        Resource.MESSAGE_QUEUE_BYTES, "Max msgqueue size", Resource.STACK_BYTES, "Max stack size");

    private LimitNames() { }
}
