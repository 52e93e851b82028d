package warren.launcher.system;

/**
 * {@code pidfd_open(2)}, {@code pidfd_send_signal(2)} and {@code pidfd_getfd(2)}: what is done to a process by this can
 * never reach another of the same number.
 */
public final class PidFd implements AutoCloseable {
    public static final int SIGTERM = 15;
    public static final int SIGKILL = 9;
    public static final int SIGQUIT = 3;
    private final int descriptor;

    private PidFd(int descriptor) {
        this.descriptor = descriptor;
    }

    /** Fails with ESRCH where there is no such process. */
    public static PidFd open(int pid) throws SystemCallFailed {
        long descriptor = Libc.INSTANCE.syscall(Linux.SYS_PIDFD_OPEN, pid, 0, 0, 0, 0);
        if (descriptor < 0) {
            throw Linux.failed("pidfd_open " + pid);
        }
        return new PidFd((int) descriptor);
    }

    public void send(int signal) throws SystemCallFailed {
        if (Libc.INSTANCE.syscall(Linux.SYS_PIDFD_SEND_SIGNAL, descriptor, signal, 0, 0, 0) < 0) {
            throw Linux.failed("pidfd_send_signal");
        }
    }

    /**
     * A descriptor of the process, made ours too: it is the same open file.
     *
     * @return 64 or above, close-on-exec
     */
    public int copyOf(int theirs) throws SystemCallFailed {
        long copy = Libc.INSTANCE.syscall(Linux.SYS_PIDFD_GETFD, descriptor, theirs, 0, 0, 0);
        if (copy < 0) {
            throw Linux.failed("pidfd_getfd " + theirs);
        }
        return Descriptors.above((int) copy);
    }

    /** Readable, {@code poll(2)}, once the process has ended. */
    int descriptor() {
        return descriptor;
    }

    @Override
    public void close() {
        Descriptors.close(descriptor);
    }
}
