package warren.launcher.stage;

import java.util.Set;
import warren.launcher.system.SystemCallFailed;
import warren.launcher.system.SystemCalls;
import warren.plugin.LaunchStep;

/** The one place where a plugin's step becomes a system call. */
final class StepPerformer {
    private static final long MS_RDONLY = 1;
    private static final long MS_NOSUID = 2;
    private static final long MS_NODEV = 4;
    private static final long MS_NOEXEC = 8;
    private static final long MS_REMOUNT = 32;
    private static final long MS_BIND = 4096;
    private static final long MS_REC = 16384;
    private static final long MS_PRIVATE = 1 << 18;
    private static final int CLONE_NEWNS = 0x00020000;
    private static final int CLONE_NEWUTS = 0x04000000;
    private static final int CLONE_NEWIPC = 0x08000000;
    private static final int CLONE_NEWNET = 0x40000000;

    private StepPerformer() { }

    static void perform(LaunchStep step, SystemCalls calls) throws SystemCallFailed {
        if (step instanceof LaunchStep.SetLimit limit) {
            calls.setrlimit(number(limit.resource()), limit.soft(), limit.hard());
        } else if (step instanceof LaunchStep.SetNice priority) {
            calls.setpriority(priority.nice());
        } else if (step instanceof LaunchStep.SetIoPriority priority) {
            calls.setIoPriority(priority.level());
        } else if (step instanceof LaunchStep.Unshare unshare) {
            unshare(unshare.namespaces(), calls);
        } else if (step instanceof LaunchStep.LimitSystemVIpc limit) {
            new SystemVIpcLimits(calls, limit).apply();
        } else if (step instanceof LaunchStep.Mount mount) {
            calls.mount(mount.source(), mount.target(), mount.type(), flags(mount.flags()), mount.data());
        } else if (step instanceof LaunchStep.RestrictAccess restriction) {
            new AccessRestriction(calls, restriction).apply();
        } else {
            throw new IllegalStateException("the program is executed at the end, by the launch itself");
        }
    }

    private static void unshare(Set<LaunchStep.Namespace> namespaces, SystemCalls calls) throws SystemCallFailed {
        int flags = 0;
        for (LaunchStep.Namespace namespace : namespaces) {
            flags |= switch (namespace) {
                case MOUNT -> CLONE_NEWNS;
                case UTS -> CLONE_NEWUTS;
                case IPC -> CLONE_NEWIPC;
                case NETWORK -> CLONE_NEWNET;
                case PROCESSES -> 0;
            };
        }
        if (namespaces.contains(LaunchStep.Namespace.PROCESSES) && calls.getpid() != 1) {
            throw new SystemCallFailed("getpid: " + calls.getpid() + " where 1 was planned", "SURPRISE");
        }
        calls.unshare(flags);
        if (namespaces.contains(LaunchStep.Namespace.MOUNT)) {
            // a fresh mount namespace still propagates to the host's peers, mount_namespaces(7)
            calls.mount("none", "/", "none", MS_REC | MS_PRIVATE, "");
        }
    }

    private static long flags(Set<LaunchStep.MountFlag> flags) {
        long bits = 0;
        for (LaunchStep.MountFlag flag : flags) {
            bits |= switch (flag) {
                case READ_ONLY -> MS_RDONLY;
                case NO_SUID -> MS_NOSUID;
                case NO_DEV -> MS_NODEV;
                case NO_EXEC -> MS_NOEXEC;
                case REMOUNT -> MS_REMOUNT;
                case BIND -> MS_BIND;
                case RECURSIVE -> MS_REC;
                case PRIVATE -> MS_PRIVATE;
            };
        }
        return bits;
    }

    /** {@code RLIMIT_*} of the kernel's asm-generic/resource.h, which x86_64 and aarch64 share. */
    private static int number(LaunchStep.Resource resource) {
        return switch (resource) {
            case CPU_SECONDS -> 0;
            case FILE_SIZE_BYTES -> 1;
            case STACK_BYTES -> 3;
            case CORE_BYTES -> 4;
            case PROCESSES -> 6;
            case OPEN_FILES -> 7;
            case LOCKED_BYTES -> 8;
            case ADDRESS_SPACE_BYTES -> 9;
            case PENDING_SIGNALS -> 11;
            case MESSAGE_QUEUE_BYTES -> 12;
        };
    }
}
