package warren.plugin;

import java.util.List;
import java.util.Map;
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

    /** A mount, {@code mount(2)}; only in a mount namespace of the launch's own, else the launch is refused. */
    record Mount(String source, String target, String type, Set<MountFlag> flags, String data) implements LaunchStep {
        public Mount {
            flags = Set.copyOf(flags);
        }

        @Override
        public Place place() {
            return Place.NAMESPACES;
        }
    }

    /** {@code chroot(2)} into a directory and {@code chdir(2)} to its root. */
    record ChangeRoot(String directory) implements LaunchStep {
        @Override
        public Place place() {
            return Place.ROOT;
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

    /** The namespaces that a running thread can leave, {@code namespaces(7)}; PID and user namespaces need a fork. */
    enum Namespace { MOUNT, IPC, UTS, NETWORK }

    /** Flags of {@code mount(2)}. */
    enum MountFlag { READ_ONLY, NO_SUID, NO_DEV, NO_EXEC, REMOUNT, BIND, RECURSIVE, PRIVATE }
}
