package warren.plugin;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One thing for the launch stage to do, as data. Each type has its place, and so every launch its order. */
public sealed interface LaunchStep {
    /** Where in the launch it is performed. */
    Place place();

    /**
     * A resource limit, {@code setrlimit(2)}. Units are the resource's: bytes, seconds, processes, descriptors.
     *
     * @param soft the limit that holds; {@link #UNLIMITED} for none
     * @param hard how far the process may raise it itself
     */
    record SetLimit(Resource resource, long soft, long hard) implements LaunchStep {
        /** RLIM_INFINITY. */
        public static final long UNLIMITED = -1;

        @Override
        public Place place() {
            return Place.LIMITS;
        }
    }

    /** A nice value from -20 to 19, {@code setpriority(2)}. */
    record SetNice(int nice) implements LaunchStep {
        public SetNice {
            if (nice < -20 || nice > 19) {
                throw new IllegalArgumentException("nice " + nice + ", expected -20 to 19");
            }
        }

        @Override
        public Place place() {
            return Place.LIMITS;
        }
    }

    /**
     * The priority of I/O in the best-effort class, from 0, the first, to 7, {@code ioprio_set(2)}. Without this step it
     * follows the nice value.
     */
    record SetIoPriority(int level) implements LaunchStep {
        public SetIoPriority {
            if (level < 0 || level > 7) {
                throw new IllegalArgumentException("I/O priority " + level + ", expected 0 to 7");
            }
        }

        @Override
        public Place place() {
            return Place.LIMITS;
        }
    }

    /**
     * Whose quotas hold: those who name the same group share its limits, which must then be the same. Without this step
     * a virtual host has a group for itself, for all its generations together.
     *
     * @param group a name that says what they have in common, such as {@code "owner 1001"}
     */
    record ShareQuotas(String group) implements LaunchStep {
        @Override
        public Place place() {
            return Place.CGROUP;
        }
    }

    /**
     * A limit of what all processes of a quota group take together, {@code cgroups(7)}.
     *
     * @param value in the quota's unit; {@link #NONE} for no limit
     * @param required whether a kernel that cannot enforce it refuses the launch; else it is launched without
     */
    record LimitGroup(Quota quota, long value, boolean required) implements LaunchStep {
        public static final long NONE = -1;

        public LimitGroup {
            if (value < 1 && (value != NONE || quota == Quota.CPU_WEIGHT)) {
                throw new IllegalArgumentException(quota + " " + value + ", expected at least 1");
            }
        }

        public boolean isNone() {
            return value == NONE;
        }

        @Override
        public Place place() {
            return Place.CGROUP;
        }
    }

    /** New namespaces for the process, {@code unshare(2)}. */
    record Unshare(Set<Namespace> namespaces) implements LaunchStep {
        public Unshare {
            namespaces = Set.copyOf(namespaces);
        }

        @Override
        public Place place() {
            return Place.NAMESPACES;
        }
    }

    /**
     * What System V IPC may hold in an IPC namespace of the launch's own, {@code sysvipc(7)}: {@code kernel.shmall},
     * {@code kernel.msgmni} and {@code kernel.sem}, {@code proc_sys_kernel(5)}. Past it shmget, msgget and semget fail with ENOSPC.
     *
     * @param sharedBytes of all segments together, in pages of 4 KB; of larger pages as many
     * @param otherBytes of all queues together, and of all semaphores together
     * @param required whether a machine whose /proc/sys cannot be written refuses the launch; else it is launched without
     */
    record LimitSystemVIpc(long sharedBytes, long otherBytes, boolean required) implements LaunchStep {
        public LimitSystemVIpc {
            if (sharedBytes < 1 || otherBytes < 1) {
                throw new IllegalArgumentException("System V IPC of " + sharedBytes + " and " + otherBytes + " bytes, expected at least 1");
            }
        }

        @Override
        public Place place() {
            return Place.NAMESPACES;
        }
    }

    /** A mount, {@code mount(2)}; only in a mount namespace of the launch's own, else the launch is refused. */
    record Mount(String source, String target, String type, Set<MountFlag> flags, String data) implements LaunchStep {
        public Mount {
            flags = Set.copyOf(flags);
        }

        @Override
        public Place place() {
            return Place.MOUNTS;
        }
    }

    /**
     * A root of its own, {@code pivot_root(2)}, put together from entries; read-only but for what they say. It needs a
     * mount namespace of the launch's own.
     *
     * @param tree a directory prepared by the administrator that is the root; empty for one in memory
     * @param entries those of {@link Show} steps are added
     */
    record OwnRoot(Optional<String> tree, List<RootEntry> entries) implements LaunchStep {
        public OwnRoot {
            entries = List.copyOf(entries);
        }

        /** With further entries behind these. */
        public OwnRoot with(List<RootEntry> more) {
            List<RootEntry> all = new ArrayList<>(entries);
            all.addAll(more);
            return new OwnRoot(tree, all);
        }

        @Override
        public Place place() {
            return Place.ROOT;
        }
    }

    /** What the program needs that a launch in a root of its own must show there; of no effect in any other. */
    record Show(RootEntry entry) implements LaunchStep {
        @Override
        public Place place() {
            return Place.ROOT;
        }
    }

    /**
     * What files may be used for, and which TCP ports, by this process and its children, {@code landlock(7)}. A kernel
     * that knows less restricts less, but for the ports, which refuse the launch then.
     *
     * @param paths what is beneath them; anything else cannot be opened
     * @param connectPorts the only ones that may be connected to, where none may be listened on; empty for any
     */
    record RestrictAccess(List<PathAccess> paths, Optional<Set<Integer>> connectPorts) implements LaunchStep {
        public RestrictAccess {
            paths = List.copyOf(paths);
            connectPorts = connectPorts.map(Set::copyOf);
        }

        @Override
        public Place place() {
            return Place.CONFINE;
        }
    }

    /**
     * A credential of the launcher's store, as a file of this name that the owner alone can read, in a directory in memory
     * that the environment's {@code CREDENTIALS_DIRECTORY} names. It needs a mount namespace of the launch's own.
     */
    record GiveCredential(String name) implements LaunchStep {
        /** In a root of its own; in the machine's the launcher says where. */
        public static final String DIRECTORY = "/run/credentials";

        @Override
        public Place place() {
            return Place.CREDENTIALS;
        }
    }

    /** The only system calls, {@code seccomp(2)}; any other is ENOSYS, and another architecture's ends the process. */
    record AllowSystemCalls(List<SystemCallRule> rules) implements LaunchStep {
        public AllowSystemCalls {
            rules = List.copyOf(rules);
        }

        @Override
        public Place place() {
            return Place.CONFINE;
        }
    }

    /**
     * The parent interpreter, {@code execve(2)}. Exactly one plugin gives exactly one.
     *
     * @param program absolute path
     * @param arguments all of them, the program's name first
     * @param environment all of it; nothing else is passed on
     */
    record Execute(String program, List<String> arguments, Map<String, String> environment) implements LaunchStep {
        public Execute {
            arguments = List.copyOf(arguments);
            environment = Map.copyOf(environment);
        }

        @Override
        public Place place() {
            return Place.EXECUTE;
        }
    }

    /** The resources of {@code getrlimit(2)} that hold for an interpreter. */
    enum Resource { CPU_SECONDS, FILE_SIZE_BYTES, CORE_BYTES, PROCESSES, OPEN_FILES, LOCKED_BYTES, ADDRESS_SPACE_BYTES,
        PENDING_SIGNALS, MESSAGE_QUEUE_BYTES, STACK_BYTES }

    /**
     * What cgroups limit: hard and soft memory, and whether (1) what has too much is ended whole; processes and threads; the share of the processors beside others, 1 to
     * 10000 with 100 as usual; percent of one processor; bytes and operations a second on the disk of the document root.
     */
    enum Quota {
        MEMORY_BYTES, MEMORY_HIGH_BYTES, MEMORY_KILLS_ALL, PROCESSES, CPU_WEIGHT, CPU_PERCENT, IO_READ_BYTES, IO_WRITE_BYTES,
        IO_READ_OPERATIONS, IO_WRITE_OPERATIONS;

        /** Whether it is one of a disk's. */
        public boolean isOfDisk() {
            return compareTo(IO_READ_BYTES) >= 0;
        }
    }

    /**
     * {@code namespaces(7)}. That of processes a running thread cannot leave: a launch stage is started in one, and what
     * it becomes is process 1 there.
     */
    enum Namespace { MOUNT, IPC, UTS, NETWORK, PROCESSES }

    /** Flags of {@code mount(2)}. */
    enum MountFlag { READ_ONLY, NO_SUID, NO_DEV, NO_EXEC, REMOUNT, BIND, RECURSIVE, PRIVATE }
}
