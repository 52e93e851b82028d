package warren.launcher.system;

/** {@code proc_pid_mountinfo(5)} of this process: whether something was mounted or unmounted, without reading it. */
public final class MountTable {
    public static final String FILE = "/proc/self/mountinfo";
    private static final int POLLPRI = 2;
    private final Libc libc = Libc.INSTANCE;
    private int descriptor = -1;
    private long changes;

    /** A number that grows with each change. It is asked for before the table is read; {@code poll(2)}. */
    public synchronized long changes() throws SystemCallFailed {
        if (descriptor < 0) {
            descriptor = Descriptors.above(Linux.check(libc.open(FILE, Linux.O_CLOEXEC, 0), "open " + FILE));
        }
        byte[] entry = new byte[8];
        for (int i = 0; i < 4; i++) {
            entry[i] = (byte) (descriptor >>> 8 * i);
        }
        entry[4] = POLLPRI;
        // told once of what has changed since this descriptor was last asked for it
        changes += Linux.check(libc.poll(entry, 1, 0), "poll " + FILE);
        return changes;
    }
}
