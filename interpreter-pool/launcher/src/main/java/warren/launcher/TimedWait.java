package warren.launcher;

/** {@link Object#wait(long)} with a deadline, for conditions that several waits may take. */
final class TimedWait {
    private TimedWait() { }

    /**
     * Waits once; the caller holds the monitor and looks at its condition again.
     *
     * @param deadlineNanos of {@link System#nanoTime}
     * @return false where the time is over or the thread is interrupted
     */
    static boolean on(Object monitor, long deadlineNanos) {
        long leftMillis = (deadlineNanos - System.nanoTime()) / 1_000_000;
        try {
            if (leftMillis > 0) {
                monitor.wait(leftMillis);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        return leftMillis > 0;
    }
}
