package warren.launcher.system;

/** {@code pidfd_open(2)} and {@code pidfd_send_signal(2)}: a signal that can never reach another process of the same number. */
public final class PidFd implements AutoCloseable {
    public static final int SIGTERM = 15;
    public static final int SIGKILL = 9;
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

    @Override
    public void close() {
        Descriptors.close(descriptor);
    }
}
