package warren.launcher.system;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jnr.ffi.Pointer;

/** The real calls, by their numbers: glibc has no wrappers for Landlock. */
final class LinuxConfinementCalls implements ConfinementCalls {
    private static final long SYS_CREATE_RULESET = 444;
    private static final long SYS_ADD_RULE = 445;
    private static final long SYS_RESTRICT_SELF = 446;
    private static final long CREATE_RULESET_VERSION = 1;
    private static final long RULE_PATH_BENEATH = 1;
    private static final long RULE_NET_PORT = 2;
    /** From which version on the fields of the ruleset's structure are known to the kernel. */
    private static final int PORTS_SINCE = 4;
    private static final int SCOPES_SINCE = 6;
    private static final int UNKNOWN = -1;
    private static final int PR_SET_SECCOMP = 22;
    private static final int SECCOMP_MODE_FILTER = 2;
    private static final int INSTRUCTION_BYTES = 8;
    private static final int S_IFCHR = 020000;
    private final Libc libc = Libc.INSTANCE;
    private int version = UNKNOWN;

    @Override
    public int landlockVersion() {
        if (version == UNKNOWN) {
            version = (int) Math.max(0, libc.syscall(SYS_CREATE_RULESET, 0, 0, CREATE_RULESET_VERSION, 0, 0));
        }
        return version;
    }

    @Override
    public int createRuleset(long files, long ports, long scopes) throws SystemCallFailed {
        Pointer attributes = KernelMemory.longs(files, ports, scopes);
        int fields = landlockVersion() >= SCOPES_SINCE ? 3 : landlockVersion() >= PORTS_SINCE ? 2 : 1;
        try {
            return Linux.check((int) libc.syscall(SYS_CREATE_RULESET, attributes.address(), (long) fields * Long.BYTES, 0, 0, 0),
                "landlock_create_ruleset");
        } finally {
            Reference.reachabilityFence(attributes);
        }
    }

    @Override
    public void allowBeneath(int ruleset, int path, long access) throws SystemCallFailed {
        // packed: no bytes between or behind the two fields
        add(ruleset, RULE_PATH_BENEATH, ByteBuffer.allocate(Long.BYTES + Integer.BYTES).order(ByteOrder.nativeOrder())
            .putLong(access).putInt(path).array());
    }

    @Override
    public void allowPort(int ruleset, int port, long access) throws SystemCallFailed {
        add(ruleset, RULE_NET_PORT,
            ByteBuffer.allocate(2 * Long.BYTES).order(ByteOrder.nativeOrder()).putLong(access).putLong(port).array());
    }

    private void add(int ruleset, long type, byte[] attributes) throws SystemCallFailed {
        Pointer pointer = KernelMemory.bytes(attributes);
        try {
            Linux.check((int) libc.syscall(SYS_ADD_RULE, ruleset, type, pointer.address(), 0, 0), "landlock_add_rule");
        } finally {
            Reference.reachabilityFence(pointer);
        }
    }

    @Override
    public void restrictSelf(int ruleset) throws SystemCallFailed {
        Linux.check((int) libc.syscall(SYS_RESTRICT_SELF, ruleset, 0, 0, 0, 0), "landlock_restrict_self");
    }

    @Override
    public boolean canMakeDevice(String path) {
        // 0:0 is an overlay's whiteout, which anybody may make, mknod(2)
        boolean made = libc.mknod(path, S_IFCHR, 0) == 0;
        if (made) {
            libc.unlink(path);
        }
        return made;
    }

    @Override
    public void filterSystemCalls(byte[] program) throws SystemCallFailed {
        Pointer instructions = KernelMemory.bytes(program);
        // struct sock_fprog: a short, then a pointer on its own boundary
        Pointer filter = KernelMemory.longs(program.length / INSTRUCTION_BYTES, instructions.address());
        try {
            Linux.check(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, filter.address(), 0, 0), "prctl PR_SET_SECCOMP");
        } finally {
            Reference.reachabilityFence(instructions);
            Reference.reachabilityFence(filter);
        }
    }
}
