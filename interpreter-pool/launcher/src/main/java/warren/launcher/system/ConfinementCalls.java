package warren.launcher.system;

/** The system calls by which a process denies itself things for good. Changes of the calling thread and its children. */
public interface ConfinementCalls {
    /** {@code landlock_create_ruleset(2)}: the version that the kernel knows, asked for once; 0 where it has none. */
    int landlockVersion();

    /** {@code landlock_create_ruleset(2)}: what is denied where no rule allows it. */
    int createRuleset(long files, long ports, long scopes) throws SystemCallFailed;

    /** {@code landlock_add_rule(2)} for what is beneath a path. */
    void allowBeneath(int ruleset, int path, long access) throws SystemCallFailed;

    /** {@code landlock_add_rule(2)} for a TCP port. */
    void allowPort(int ruleset, int port, long access) throws SystemCallFailed;

    /** {@code landlock_restrict_self(2)}. */
    void restrictSelf(int ruleset) throws SystemCallFailed;

    /** {@code mknodat(2)} of a device that is none, which needs no privilege: whether the kernel makes it; it is removed. */
    boolean canMakeDevice(String path);

    /** {@code prctl(2)} PR_SET_SECCOMP with a filter, as {@code seccomp(2)} has it: instructions of eight bytes. */
    void filterSystemCalls(byte[] program) throws SystemCallFailed;
}
