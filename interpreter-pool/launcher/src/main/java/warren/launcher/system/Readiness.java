package warren.launcher.system;

/** {@code poll(2)} on one descriptor. */
final class Readiness {
    static final short POLLIN = 1;
    static final short POLLOUT = 4;
    private static final int EINTR = 4;

    private Readiness() { }

    /**
     * Waits for an event, or an error that the next call tells; looks once where the deadline has passed already.
     *
     * @param deadlineNanos of {@link System#nanoTime}
     * @return whether it came
     */
    static boolean await(int descriptor, short event, long deadlineNanos) throws SystemCallFailed {
        while (true) {
            long left = (deadlineNanos - System.nanoTime()) / 1_000_000;
            int ready = Libc.INSTANCE.poll(entry(descriptor, event), 1, (int) Math.clamp(left, 0, Integer.MAX_VALUE));
            if (ready >= 0 || Libc.RUNTIME.getLastError() != EINTR) {
                return Linux.check(ready, "poll") > 0;
            }
        }
    }

    /** {@code struct pollfd}: i32 fd, i16 events, i16 revents. */
    private static byte[] entry(int descriptor, short event) {
        byte[] entry = new byte[8];
        for (int i = 0; i < 4; i++) {
            entry[i] = (byte) (descriptor >>> 8 * i);
        }
        entry[4] = (byte) event;
        return entry;
    }
}
