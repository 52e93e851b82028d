package warren.launcher.system;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalInt;

/** {@code waitid(2)} and {@code waitpid(2)}: how children end. */
public final class WaitPid {
    private static final int P_ALL = 0;
    private static final int WEXITED = 4;
    private static final int WNOWAIT = 0x01000000;
    /** {@code siginfo_t} of 64-bit Linux: {@code si_pid} is the first field after number, errno, code and padding. */
    private static final int SIGNAL_INFO_BYTES = 128;
    private static final int SIGNAL_INFO_PID = 16;
    private static final int ECHILD = 10;
    private static final int EINTR = 4;

    private WaitPid() { }

    /**
     * Waits until a child has ended, and leaves it a zombie: until {@link #reap} no other process can have its pid.
     * {@code waitid(2)} with WNOWAIT.
     *
     * @return its pid; empty where there is no child
     */
    public static OptionalInt awaitAny() throws SystemCallFailed {
        byte[] info = new byte[SIGNAL_INFO_BYTES];
        while (Libc.INSTANCE.waitid(P_ALL, 0, info, WEXITED | WNOWAIT) < 0) {
            int errno = Libc.RUNTIME.getLastError();
            if (errno == ECHILD) {
                return OptionalInt.empty();
            }
            if (errno != EINTR) {
                throw new SystemCallFailed("waitid", Linux.errnoName(errno));
            }
        }
        return OptionalInt.of(ByteBuffer.wrap(info).order(ByteOrder.nativeOrder()).getInt(SIGNAL_INFO_PID));
    }

    /** Takes the exit status of a child that has ended; its pid may be another's from then on. */
    public static int reap(int pid) throws SystemCallFailed {
        int[] status = new int[1];
        if (Libc.INSTANCE.waitpid(pid, status, 0) < 0) {
            throw Linux.failed("waitpid " + pid);
        }
        int signal = status[0] & 0x7f;
        return signal == 0 ? status[0] >> 8 & 0xff : 128 + signal;
    }

    /** For messages: {@code exited 3} or {@code was ended by signal 9}. */
    public static String describe(int exitStatus) {
        return exitStatus > 128 ? "was ended by signal " + (exitStatus - 128) : "exited with status " + exitStatus;
    }
}
