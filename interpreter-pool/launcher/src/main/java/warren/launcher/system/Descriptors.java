package warren.launcher.system;

/** File descriptors as numbers, for the few that cross a process boundary: {@code pipe2(2)}, {@code fcntl(2)}, {@code close(2)}. */
public final class Descriptors {
    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int ABOVE_STANDARD = 64;

    private Descriptors() { }

    /** The two ends of a pipe, close-on-exec and above the numbers that a spawned process's descriptors take. */
    public record Pipe(int readEnd, int writeEnd) { }

    public static Pipe pipe() throws SystemCallFailed {
        int[] ends = new int[2];
        Linux.check(Libc.INSTANCE.pipe2(ends, Linux.O_CLOEXEC), "pipe2");
        return new Pipe(above(ends[0]), above(ends[1]));
    }

    /** Moves a descriptor to a number of 64 or more, close-on-exec; the old number is closed. */
    public static int above(int descriptor) throws SystemCallFailed {
        int moved = Linux.check(Libc.INSTANCE.fcntl(descriptor, F_DUPFD_CLOEXEC, ABOVE_STANDARD),
            "fcntl F_DUPFD_CLOEXEC");
        close(descriptor);
        return moved;
    }

    /** A further one for the same open file: for standard error, which a spawned process shares. */
    public static int copy(int descriptor) throws SystemCallFailed {
        return Linux.check(Libc.INSTANCE.fcntl(descriptor, F_DUPFD_CLOEXEC, ABOVE_STANDARD), "fcntl F_DUPFD_CLOEXEC");
    }

    /** {@code close(2)}; an error leaves it closed all the same. */
    public static void close(int descriptor) {
        Libc.INSTANCE.close(descriptor);
    }
}
