package warren.launcher.system;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import warren.plugin.SystemCallRule;

/** With the machine's libseccomp; what a filter does is shown from inside by the whole-system tests. */
class SystemCallFiltersTest {
    /** {@code AUDIT_ARCH_*} of {@code linux/audit.h}. */
    private static final int MACHINE = Linux.AARCH64 ? 0xc00000b7 : 0xc000003e;
    private static final int EPERM = 1;
    private static final int ENOSYS = 38;

    private static SystemCallRule rule(String name, Optional<SystemCallRule.Condition> condition, Optional<String> error) {
        return new SystemCallRule(List.of(name), condition, error, "a test");
    }

    @Test
    void makesInstructionsAndKeepsThem() throws Exception {
        SystemCallFilters filters = new SystemCallFilters();
        List<SystemCallRule> rules = List.of(rule("read", Optional.empty(), Optional.empty()), rule("mount", Optional.empty(), Optional.of("EPERM")),
            rule("clone", Optional.of(new SystemCallRule.Condition(0, 0x7e020000L, 0)), Optional.empty()));
        byte[] made = filters.of(rules);
        assertTrue(made.length > 0 && made.length % 8 == 0, made.length + " bytes");
        assertSame(made, filters.of(List.copyOf(rules)));
        assertArrayEquals(made, new SystemCallFilters().of(rules));
    }

    /** Whatever the library makes of the rules: each call of the machine's comes out as its rule says. */
    @Test
    void decidesAsTheRulesSay() throws Exception {
        List<SystemCallRule> rules = new ArrayList<>();
        for (String name : List.of("read", "openat", "close", "mmap", "brk", "futex", "execve", "exit_group", "getrandom", "statx", "prctl")) {
            rules.add(rule(name, Optional.empty(), Optional.empty()));
        }
        for (String name : List.of("ptrace", "mount", "setns", "bpf", "keyctl")) {
            rules.add(rule(name, Optional.empty(), Optional.of("EPERM")));
        }
        rules.add(rule("clone", Optional.of(new SystemCallRule.Condition(0, 0x7e020000L, 0)), Optional.empty()));
        for (long value : new long[] {1, 2, 10}) {
            rules.add(rule("socket", Optional.of(new SystemCallRule.Condition(0, 0xffffffffL, value)), Optional.empty()));
        }
        byte[] filter = new SystemCallFilters().of(rules);
        for (int call = 0; call < 600; call++) {
            for (long argument : new long[] {0, 1, 2, 3, 10, 0x20000, 0x10000000, 0x1200011, 0xffffffffL, 0x500000001L}) {
                int number = call;
                assertEquals(expected(rules, call, argument), run(filter, MACHINE, call, argument), () -> "call " + number + " with " + argument);
            }
        }
        assertEquals(LibSeccomp.KILL_PROCESS, run(filter, MACHINE ^ 1, 0, 0));
    }

    private static int expected(List<SystemCallRule> rules, int call, long argument) {
        LibSeccomp library = LibSeccomp.load();
        for (SystemCallRule rule : rules) {
            if (library.seccomp_syscall_resolve_name(rule.names().get(0)) == call
                    && rule.condition().map(condition -> (argument & condition.mask()) == condition.value()).orElse(true)) {
                return rule.error().isPresent() ? LibSeccomp.ERRNO | EPERM : LibSeccomp.ALLOW;
            }
        }
        return LibSeccomp.ERRNO | ENOSYS;
    }

    /** As the kernel runs a filter, bpf(4) and seccomp(2), as far as libseccomp makes use of it. */
    private static int run(byte[] filter, int architecture, int call, long argument) {
        ByteBuffer data = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).putInt(call).putInt(architecture).putLong(0).putLong(argument);
        ByteBuffer program = ByteBuffer.wrap(filter).order(ByteOrder.LITTLE_ENDIAN);
        int accumulator = 0;
        for (int at = 0;; at++) {
            int value = program.getInt(at * 8 + 4);
            int met = at + Byte.toUnsignedInt(program.get(at * 8 + 2));
            int unmet = at + Byte.toUnsignedInt(program.get(at * 8 + 3));
            switch (program.getShort(at * 8)) {
                case 0x20 -> accumulator = data.getInt(value);
                case 0x54 -> accumulator &= value;
                case 0x05 -> at += value;
                case 0x15 -> at = accumulator == value ? met : unmet;
                case 0x25 -> at = Integer.compareUnsigned(accumulator, value) > 0 ? met : unmet;
                case 0x35 -> at = Integer.compareUnsigned(accumulator, value) >= 0 ? met : unmet;
                case 0x06 -> {
                    return value;
                }
                default -> throw new AssertionError("an instruction that is not known here: " + program.getShort(at * 8));
            }
        }
    }

    @Test
    void passesOverCallsThatTheLibraryDoesNotKnow() throws Exception {
        byte[] with = new SystemCallFilters().of(List.of(rule("read", Optional.empty(), Optional.empty()), rule("no_such_call", Optional.empty(), Optional.empty())));
        byte[] without = new SystemCallFilters().of(List.of(rule("read", Optional.empty(), Optional.empty())));
        assertEquals(without.length, with.length);
    }
}
