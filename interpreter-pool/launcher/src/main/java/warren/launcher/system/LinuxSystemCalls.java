package warren.launcher.system;

import java.nio.charset.StandardCharsets;
import java.util.List;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.posix.UnixLibC;

/** The real calls. A UID or GID above 2^31 travels as the negative int with the same bits, as the ABI has it. */
public final class LinuxSystemCalls implements SystemCalls {
    private static final int PR_CAPBSET_DROP = 24;
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int PR_CAP_AMBIENT = 47;
    private static final int PR_CAP_AMBIENT_CLEAR_ALL = 4;
    private static final int KEYCTL_JOIN_SESSION_KEYRING = 1;
    private static final int CLOSE_RANGE_CLOEXEC = 4;
    /** Of {@code linux/ioprio.h}. */
    private static final int IOPRIO_WHO_PROCESS = 1;
    private static final int IOPRIO_CLASS_BE = 2;
    private static final int IOPRIO_CLASS_SHIFT = 13;
    private static final long SIG_ERR = -1;
    private static final int LAST_SIGNAL = 64;
    private static final int LINUX_CAPABILITY_VERSION_3 = 0x20080522;
    private static final int LAST_POSSIBLE_CAPABILITY = 63;
    private static final int EINVAL = 22;
    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int LOWEST_COPY = 64;
    private static final int PR_GET_NO_NEW_PRIVS = 39;

    private final Libc libc = Libc.INSTANCE;
    private final RootCalls root = new LinuxRootCalls();
    private final ConfinementCalls confinement = new LinuxConfinementCalls();
    /** JNR-POSIX's own, whose calls are bound as they are first made; its POSIX would bind all 144 at the start. */
    private final UnixLibC posix = LibraryLoader.create(UnixLibC.class).load("c");

    @Override
    public void resetSignalDispositions() throws SystemCallFailed {
        for (int number = 1; number <= LAST_SIGNAL; number++) {
            if (!isLeftAlone(number)) {
                Pointer before = libc.signal(number, null);
                if (before != null && before.address() == SIG_ERR) {
                    throw Linux.failed("signal " + number);
                }
            }
        }
    }

    /** KILL and STOP cannot be set, 32 and 33 are glibc's, and the four faults stay HotSpot's until execve resets them. */
    private static boolean isLeftAlone(int number) {
        return number == 9 || number == 19 || number == 32 || number == 33
            || number == 4 || number == 7 || number == 8 || number == 11;
    }

    @Override
    public void clearSignalMask() throws SystemCallFailed {
        byte[] old = new byte[Linux.SIGNAL_SET_BYTES];
        int error = libc.pthread_sigmask(Linux.SIG_SETMASK, new byte[Linux.SIGNAL_SET_BYTES], old);
        if (error != 0) {
            throw new SystemCallFailed("pthread_sigmask", Linux.errnoName(error));
        }
    }

    @Override
    public void umask(int mask) {
        posix.umask(mask);
    }

    @Override
    public void setsid() throws SystemCallFailed {
        Linux.check(posix.setsid(), "setsid");
    }

    @Override
    public void joinNewSessionKeyring() throws SystemCallFailed {
        long keyring = libc.syscall(Linux.SYS_KEYCTL, KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0);
        if (keyring < 0) {
            throw Linux.failed("keyctl JOIN_SESSION_KEYRING");
        }
        if (keyring == 0) {
            throw new SystemCallFailed("keyctl JOIN_SESSION_KEYRING: no keyring", "SURPRISE");
        }
    }

    @Override
    public void chdir(String path) throws SystemCallFailed {
        Linux.check(libc.chdir(path), "chdir " + path);
    }

    @Override
    public int listen(String path, long user, int backlog) throws SystemCallFailed {
        int descriptor = Linux.check(
            libc.socket(Linux.AF_UNIX, Linux.SOCK_STREAM | Linux.SOCK_CLOEXEC, 0), "socket");
        try {
            byte[] address = Linux.unixAddress(path);
            Linux.check(libc.bind(descriptor, address, address.length), "bind " + path);
            Linux.check(libc.chmod(path, 0600), "chmod " + path);
            Linux.check(libc.lchown(path, (int) user, -1), "lchown " + path);
            Linux.check(libc.listen(descriptor, backlog), "listen " + path);
            return descriptor;
        } catch (SystemCallFailed e) {
            libc.close(descriptor);
            throw e;
        }
    }

    @Override
    public void mkfifo(String path, long user) throws SystemCallFailed {
        Linux.check(libc.mkfifo(path, 0600), "mkfifo " + path);
        Linux.check(libc.lchown(path, (int) user, -1), "lchown " + path);
    }

    @Override
    public int open(String path, int flags) throws SystemCallFailed {
        return Linux.check(libc.open(path, flags | Linux.O_CLOEXEC, 0600), "open " + path);
    }

    @Override
    public void write(int descriptor, String text) throws SystemCallFailed {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (libc.write(descriptor, bytes, bytes.length) != bytes.length) {
            throw Linux.failed("write");
        }
    }

    @Override
    public String readFile(String path, int most) throws SystemCallFailed {
        int descriptor = open(path, 0);
        try {
            byte[] bytes = new byte[most];
            long count = libc.read(descriptor, bytes, bytes.length);
            if (count < 0) {
                throw Linux.failed("read " + path);
            }
            return new String(bytes, 0, (int) count, StandardCharsets.ISO_8859_1);
        } finally {
            close(descriptor);
        }
    }

    @Override
    public void close(int descriptor) throws SystemCallFailed {
        Linux.check(libc.close(descriptor), "close");
    }

    @Override
    public int duplicate(int descriptor) throws SystemCallFailed {
        return Linux.check(libc.fcntl(descriptor, F_DUPFD_CLOEXEC, LOWEST_COPY), "fcntl F_DUPFD_CLOEXEC");
    }

    @Override
    public void dup2(int from, int to) throws SystemCallFailed {
        Linux.check(libc.dup2(from, to), "dup2");
    }

    @Override
    public void setrlimit(int resource, long soft, long hard) throws SystemCallFailed {
        Linux.check(libc.setrlimit(resource, new long[] {soft, hard}), "setrlimit");
    }

    @Override
    public void setpriority(int nice) throws SystemCallFailed {
        Linux.check(libc.setpriority(0, 0, nice), "setpriority");
    }

    @Override
    public void setIoPriority(int level) throws SystemCallFailed {
        if (libc.syscall(Linux.SYS_IOPRIO_SET, IOPRIO_WHO_PROCESS, 0, IOPRIO_CLASS_BE << IOPRIO_CLASS_SHIFT | level, 0, 0) < 0) {
            throw Linux.failed("ioprio_set");
        }
    }

    @Override
    public void unshare(int flags) throws SystemCallFailed {
        Linux.check(libc.unshare(flags), "unshare");
    }

    @Override
    public void mount(String source, String target, String type, long flags, String data) throws SystemCallFailed {
        Linux.check(libc.mount(source, target, type, flags, data), "mount " + target);
    }

    @Override
    public int getpid() {
        return libc.getpid();
    }

    @Override
    public RootCalls root() {
        return root;
    }

    @Override
    public ConfinementCalls confinement() {
        return confinement;
    }

    @Override
    public void dropBoundingSet() throws SystemCallFailed {
        for (int capability = 0; capability <= LAST_POSSIBLE_CAPABILITY; capability++) {
            if (libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0) {
                // EINVAL above CAP_CHOWN: the kernel's last capability is passed, capabilities(7)
                if (Libc.RUNTIME.getLastError() == EINVAL && capability > 0) {
                    return;
                }
                throw Linux.failed("prctl PR_CAPBSET_DROP");
            }
        }
    }

    @Override
    public void setgroups(List<Long> groups) throws SystemCallFailed {
        int[] list = new int[groups.size()];
        for (int i = 0; i < list.length; i++) {
            list[i] = groups.get(i).intValue();
        }
        Linux.check(libc.setgroups(list.length, list), "setgroups");
    }

    @Override
    public void setgid(long group) throws SystemCallFailed {
        Linux.check(posix.setgid((int) group), "setgid");
    }

    @Override
    public void setuid(long user) throws SystemCallFailed {
        Linux.check(posix.setuid((int) user), "setuid");
    }

    @Override
    public void clearCapabilities() throws SystemCallFailed {
        Linux.check(libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0), "prctl PR_CAP_AMBIENT_CLEAR_ALL");
        byte[] header = new byte[8];
        for (int i = 0; i < 4; i++) {
            header[i] = (byte) (LINUX_CAPABILITY_VERSION_3 >>> 8 * i);
        }
        Linux.check(libc.capset(header, new byte[24]), "capset");
    }

    @Override
    public void closeOnExecFrom(int first) throws SystemCallFailed {
        Linux.check(libc.close_range(first, -1, CLOSE_RANGE_CLOEXEC), "close_range");
    }

    @Override
    public void setNoNewPrivs() throws SystemCallFailed {
        Linux.check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl PR_SET_NO_NEW_PRIVS");
    }

    @Override
    public void execve(String program, List<String> arguments, List<String> environment) throws SystemCallFailed {
        posix.execve(program, arguments.toArray(new String[0]), environment.toArray(new String[0]));
        throw new SystemCallFailed("execve " + program, Linux.errnoName(Libc.RUNTIME.getLastError()));
    }

    /** Binds in a way that changes nothing what no call above can be refused on purpose for. */
    public void rehearse() {
        libc.chmod("", 0);
        libc.lchown("", -1, -1);
        libc.listen(-1, 0);
        libc.setpriority(-1, 0, 0);
        libc.prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
        libc.capset(new byte[8], new byte[24]);
        libc.umount2("", 0);
        libc.fchown(-1, 0, 0);
        libc.fchdir(-1);
        libc.chroot("");
        libc.unlink("");
    }
}
