package warren.launcher.system;

import java.util.Optional;
import java.util.OptionalInt;

/** {@code waitpid(2)} for any child. */
public final class WaitPid {
    private static final int ECHILD = 10;
    private static final int EINTR = 4;

    private WaitPid() { }

    /**
     * @param pid the child that ended
     * @param exitStatus what it gave to exit(2), or 128 and the signal that ended it
     */
    public record Ended(int pid, int exitStatus) { }

    /** Waits until a child ends; empty where there is none. */
    public static Optional<Ended> waitForAny() throws SystemCallFailed {
        int[] status = new int[1];
        while (true) {
            int pid = Libc.INSTANCE.waitpid(-1, status, 0);
            if (pid > 0) {
                int signal = status[0] & 0x7f;
                return Optional.of(new Ended(pid, signal == 0 ? status[0] >> 8 & 0xff : 128 + signal));
            }
            int errno = Libc.RUNTIME.getLastError();
            if (errno == ECHILD) {
                return Optional.empty();
            }
            if (errno != EINTR) {
                throw new SystemCallFailed("waitpid", Linux.errnoName(errno));
            }
        }
    }

    /** For messages: {@code exited 3} or {@code was ended by signal 9}. */
    public static String describe(int exitStatus) {
        OptionalInt signal = exitStatus > 128 ? OptionalInt.of(exitStatus - 128) : OptionalInt.empty();
        return signal.isPresent() ? "was ended by signal " + signal.getAsInt() : "exited with status " + exitStatus;
    }
}
