package warren.launcher.system;

import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.annotations.In;

/** What is needed of libseccomp, {@code seccomp_init(3)} and its relatives. Public, for JNR to implement. */
public interface LibSeccomp {
    /** {@code SCMP_ACT_*}. */
    int ALLOW = 0x7fff0000;
    /** With the errno in its lower half. */
    int ERRNO = 0x00050000;
    int KILL_PROCESS = 0x80000000;
    /** {@code SCMP_FLTATR_ACT_BADARCH}: what becomes of a call of another architecture. */
    int BAD_ARCHITECTURE = 2;
    /** {@code SCMP_FLTATR_CTL_OPTIMIZE}, and its value for a binary tree by the number of the call. */
    int OPTIMIZE = 8;
    int TREE = 2;
    /** {@code SCMP_CMP_MASKED_EQ}. */
    int MASKED_EQUAL = 7;
    /** Of {@code struct scmp_arg_cmp}: argument, comparison, two values. */
    int COMPARISON_BYTES = 24;
    /** What {@code seccomp_syscall_resolve_name} says of a call that it does not know. */
    int UNKNOWN = -1;

    /** Bound when it is first asked for. @throws UnsatisfiedLinkError where the machine has no such library */
    static LibSeccomp load() {
        return LibraryLoader.create(LibSeccomp.class).load("libseccomp.so.2");
    }

    Pointer seccomp_init(int otherwise);

    void seccomp_release(Pointer filter);

    int seccomp_attr_set(Pointer filter, int attribute, int value);

    int seccomp_syscall_resolve_name(String name);

    int seccomp_rule_add_array(Pointer filter, int action, int call, int count, @In byte[] comparisons);

    int seccomp_export_bpf(Pointer filter, int descriptor);
}
