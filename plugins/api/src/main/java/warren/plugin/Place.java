package warren.plugin;

/**
 * The places of a launch, in their order. Plugins' steps go to those marked; the others are the launch stage's own,
 * and the same for every launch.
 */
public enum Place {
    /** Own, before there is a plan: signal dispositions and mask, umask, session, keyring, bounding set. */
    PROCESS,
    /**
     * Into the cgroup that will be the generation's, before there is a plan. Plugins: its limits, which the launcher
     * sets before it sends the plan.
     */
    CGROUP,
    /** Own: the generation's socket as descriptor 0, its log FIFO as 1 and 2. */
    DESCRIPTORS,
    /** Plugins: resource limits and priorities; while root still may raise them. */
    LIMITS,
    /** Plugins: namespaces. */
    NAMESPACES,
    /** Plugins: a root of its own; nothing outside of it is used any more. */
    ROOT,
    /** Plugins: mounts, in whatever root there is. */
    MOUNTS,
    /** Plugins: credentials, into the mounts just made. */
    CREDENTIALS,
    /** Own: groups, GID, UID; read back; try to regain. */
    IDENTITY,
    /** Own: close-on-exec on every descriptor above 2, no_new_privs. */
    SEAL,
    /** Plugins: what the process denies itself and its children for good: access to files and ports, system calls. */
    CONFINE,
    /** Plugins, exactly one step: the program, its arguments and environment. */
    EXECUTE
}
