package warren.launcher;

import java.util.List;

/** What an administrator can do about a failed step of a launch. */
final class Hints {
    private record Hint(String call, String errno, String text) { }

    private static final String NO_SYSCTL = "/proc/sys/kernel cannot be written here, and WarrenQuotas strict needs it to limit System V IPC: or"
        + " WarrenShmMax none";

    private static final List<Hint> KNOWN = List.of(
        new Hint("execve", "EAGAIN", "the owner has as many processes as RLIMIT_NPROC lets him; end some or raise it"),
        new Hint("execve", "ENOENT", "the program is not installed, or not inside the new root"),
        new Hint("execve", "EACCES", "the owner may not execute the program: a directory above it keeps him out, or it"
            + " lies on a file system mounted noexec"),
        new Hint("bind", "EADDRINUSE", "a socket of that name is left; nothing of ours is removed while it may serve"),
        new Hint("bind", "ENAMETOOLONG", "the runtime directory's path and the virtual host's name are too long for a"
            + " Unix socket (107 bytes)"),
        new Hint("keyctl", "EDQUOT", "root's key quota is used up, see /proc/sys/kernel/keys/root_maxkeys"),
        new Hint("keyctl", "ENOSYS", "the kernel lacks CONFIG_KEYS or a seccomp filter forbids keyctl"),
        new Hint("openat2", "ELOOP", "a symbolic link is on the way, which somebody could turn while the jail is made: say the real"
            + " path (DocumentRoot, the account's home), or WarrenJail off"),
        new Hint("openat2", "ENOENT", "it is not there; in a tree of WarrenJail chroot it must be made before (warren-jail-tree --at)"),
        new Hint("openat2", "ENOSYS", "a jail takes Linux 5.14"),
        new Hint("mount_setattr", "ENOSYS", "a jail takes Linux 5.14"),
        new Hint("landlock_create_ruleset for ports", "ENOSYS", "WarrenNetwork connect takes Linux 6.7 with Landlock"),
        new Hint("load libseccomp", "ENOSYS", "a jail takes libseccomp: apt-get install libseccomp2"),
        new Hint("sysctl", "EROFS", NO_SYSCTL),
        new Hint("sysctl", "EACCES", NO_SYSCTL),
        new Hint("sysctl", "ENOENT", NO_SYSCTL),
        new Hint("open", "ENOENT", "a file of the launch is missing: was the cgroup tree or the runtime directory"
            + " removed under us?"),
        new Hint("unshare", "EPERM", "the launcher lacks CAP_SYS_ADMIN"),
        new Hint("unshare", "EINVAL", "the kernel lacks that namespace"),
        new Hint("set", "EPERM", "the launcher lacks the capability for this call (CAP_SETUID, CAP_SETGID, CAP_SYS_RESOURCE"
            + " or CAP_SYS_NICE)"),
        new Hint("prctl", "EPERM", "the launcher lacks CAP_SETPCAP"),
        new Hint("", "SURPRISE", "the kernel's own account of the process is not what was planned; nothing was executed"));

    private Hints() { }

    /** The first that fits: its call is how the failed one begins. */
    static String of(String call, String errno) {
        for (Hint hint : KNOWN) {
            if (call.startsWith(hint.call()) && errno.equals(hint.errno())) {
                return hint.text();
            }
        }
        return "see the manual page of the call for " + errno;
    }
}
