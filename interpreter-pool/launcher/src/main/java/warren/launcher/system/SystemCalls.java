package warren.launcher.system;

import java.util.List;

/**
 * The system calls of a launch, one method each, in the order in which a launch makes them. Every method throws
 * {@link SystemCallFailed} where its call fails; nothing is retried and nothing is ignored. Calls marked <em>thread</em>
 * change only the calling thread: the one that makes them must be the one that calls {@link #execve}.
 */
public interface SystemCalls {
    /** {@code signal(2)} with SIG_DFL for every signal that can be set, process. */
    void resetSignalDispositions() throws SystemCallFailed;

    /** {@code pthread_sigmask(3)} with the empty set, thread. */
    void clearSignalMask() throws SystemCallFailed;

    /** {@code umask(2)}, process. */
    void umask(int mask) throws SystemCallFailed;

    /** {@code setsid(2)}, process. */
    void setsid() throws SystemCallFailed;

    /** {@code keyctl(2)} KEYCTL_JOIN_SESSION_KEYRING with a new anonymous one, thread. */
    void joinNewSessionKeyring() throws SystemCallFailed;

    /** {@code chdir(2)}, process. */
    void chdir(String path) throws SystemCallFailed;

    /**
     * {@code socket(2)}, {@code bind(2)}, {@code lchown(2)}, {@code chmod(2)} 0600, {@code listen(2)}: a Unix stream
     * socket that only this user may connect to. It is close-on-exec.
     *
     * @return its descriptor
     */
    int listen(String path, long user, int backlog) throws SystemCallFailed;

    /** {@code mkfifo(3)} and {@code lchown(2)}: a FIFO with mode 0600 that belongs to this user. */
    void mkfifo(String path, long user) throws SystemCallFailed;

    /** {@code open(2)}, close-on-exec. */
    int open(String path, int flags) throws SystemCallFailed;

    /** {@code write(2)} of a short text to a kernel file, whole. */
    void write(int descriptor, String text) throws SystemCallFailed;

    /** Up to so many bytes of a kernel file as text, {@code open(2)}, {@code read(2)}, {@code close(2)}. */
    String readFile(String path, int most) throws SystemCallFailed;

    /** {@code close(2)}. */
    void close(int descriptor) throws SystemCallFailed;

    /** {@code fcntl(2)} F_DUPFD_CLOEXEC: a copy above the standard descriptors that ends at execve. */
    int duplicate(int descriptor) throws SystemCallFailed;

    /** {@code dup2(2)}: the new descriptor stays open over execve. */
    void dup2(int from, int to) throws SystemCallFailed;

    /** {@code setrlimit(2)}, process; -1 is RLIM_INFINITY. */
    void setrlimit(int resource, long soft, long hard) throws SystemCallFailed;

    /** {@code setpriority(2)} PRIO_PROCESS, thread (as Linux has it). */
    void setpriority(int nice) throws SystemCallFailed;

    /** {@code ioprio_set(2)} in the best-effort class, thread. */
    void setIoPriority(int level) throws SystemCallFailed;

    /** {@code unshare(2)}, thread. */
    void unshare(int flags) throws SystemCallFailed;

    /** {@code mount(2)}. */
    void mount(String source, String target, String type, long flags, String data) throws SystemCallFailed;

    /** {@code getpid(2)}: 1 where the process was started in a PID namespace of its own. */
    int getpid();

    /** Those that put a root together. */
    RootCalls root();

    /** Those that deny. */
    ConfinementCalls confinement();

    /** {@code prctl(2)} PR_CAPBSET_DROP of every capability that the kernel knows, thread. */
    void dropBoundingSet() throws SystemCallFailed;

    /** {@code setgroups(2)} through glibc, process. */
    void setgroups(List<Long> groups) throws SystemCallFailed;

    /** {@code setgid(2)} through JNR-POSIX and glibc, process: real, effective and saved. */
    void setgid(long group) throws SystemCallFailed;

    /** {@code setuid(2)} through JNR-POSIX and glibc, process: real, effective and saved. */
    void setuid(long user) throws SystemCallFailed;

    /** {@code capset(2)} with empty sets, thread: the inheritable set survives setuid. */
    void clearCapabilities() throws SystemCallFailed;

    /** {@code close_range(2)} with CLOSE_RANGE_CLOEXEC for every descriptor above 2, process. */
    void closeOnExecFrom(int first) throws SystemCallFailed;

    /** {@code prctl(2)} PR_SET_NO_NEW_PRIVS, thread. */
    void setNoNewPrivs() throws SystemCallFailed;

    /** {@code execve(2)}; returns only by throwing. */
    void execve(String program, List<String> arguments, List<String> environment) throws SystemCallFailed;
}
