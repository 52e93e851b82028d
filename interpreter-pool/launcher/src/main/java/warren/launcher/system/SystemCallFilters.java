package warren.launcher.system;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;
import warren.plugin.SystemCallRule;

/** Filters of {@code seccomp(2)} made of plugins' tables by libseccomp, each once. */
public final class SystemCallFilters {
    private static final Duration EXPORT = Duration.ofSeconds(1);
    private static final byte[] NO_COMPARISON = new byte[0];
    private final Map<List<SystemCallRule>, byte[]> made = new ConcurrentHashMap<>();

    /** @throws SystemCallFailed where a rule cannot be put into one, or the library is not there */
    public byte[] of(List<SystemCallRule> rules) throws SystemCallFailed {
        byte[] known = made.get(rules);
        if (known == null) {
            known = make(rules);
            made.put(rules, known);
        }
        return known;
    }

    private static byte[] make(List<SystemCallRule> rules) throws SystemCallFailed {
        try {
            LibSeccomp library = LibSeccomp.load();
            Pointer filter = library.seccomp_init(LibSeccomp.ERRNO | Errno.ENOSYS.intValue());
            try {
                require(library.seccomp_attr_set(filter, LibSeccomp.BAD_ARCHITECTURE, LibSeccomp.KILL_PROCESS), "seccomp_attr_set");
                // with a list of 300 the kernel takes twice as long to take it over; before libseccomp 2.5 it stays one
                library.seccomp_attr_set(filter, LibSeccomp.OPTIMIZE, LibSeccomp.TREE);
                for (SystemCallRule rule : rules) {
                    for (String name : rule.names()) {
                        add(library, filter, rule, name);
                    }
                }
                return export(library, filter);
            } finally {
                library.seccomp_release(filter);
            }
        } catch (UnsatisfiedLinkError e) {
            throw failure("load libseccomp.so.2", "it is not there (Debian's package libseccomp2)");
        }
    }

    private static void add(LibSeccomp library, Pointer filter, SystemCallRule rule, String name) throws SystemCallFailed {
        int call = library.seccomp_syscall_resolve_name(name);
        if (call == LibSeccomp.UNKNOWN) {
            // younger than the library: refused like everything that no rule names
            return;
        }
        int action = rule.error().map(error -> LibSeccomp.ERRNO | Errno.valueOf(error).intValue()).orElse(LibSeccomp.ALLOW);
        byte[] comparison = rule.condition().map(SystemCallFilters::comparison).orElse(NO_COMPARISON);
        require(library.seccomp_rule_add_array(filter, action, call, comparison.length / LibSeccomp.COMPARISON_BYTES, comparison),
            "seccomp_rule_add " + name);
    }

    private static byte[] comparison(SystemCallRule.Condition condition) {
        return ByteBuffer.allocate(LibSeccomp.COMPARISON_BYTES).order(ByteOrder.nativeOrder()).putInt(condition.argument())
            .putInt(LibSeccomp.MASKED_EQUAL).putLong(condition.mask()).putLong(condition.value()).array();
    }

    /** Through a pipe, which has room for it. */
    private static byte[] export(LibSeccomp library, Pointer filter) throws SystemCallFailed {
        try {
            Descriptors.Pipe pipe = Descriptors.pipe();
            try {
                require(library.seccomp_export_bpf(filter, pipe.writeEnd()), "seccomp_export_bpf");
            } finally {
                Descriptors.close(pipe.writeEnd());
            }
            try {
                return new DescriptorStream(pipe.readEnd(), EXPORT).input().readAllBytes();
            } finally {
                Descriptors.close(pipe.readEnd());
            }
        } catch (IOException e) {
            throw failure("seccomp_export_bpf", String.valueOf(e.getMessage()));
        }
    }

    private static void require(int result, String call) throws SystemCallFailed {
        if (result < 0) {
            throw failure(call, "error " + result);
        }
    }

    private static SystemCallFailed failure(String call, String why) {
        return new SystemCallFailed(call + ": " + why, "ENOSYS");
    }
}
