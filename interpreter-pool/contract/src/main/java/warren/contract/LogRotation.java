package warren.contract;

/**
 * When an owner's log becomes an old one.
 *
 * @param bytes the size from which on it does; {@link Long#MAX_VALUE} is never; 1 or more
 * @param kept how many old ones there are; 0 to 100
 */
public record LogRotation(long bytes, int kept) {
    public static final LogRotation DEFAULT = new LogRotation(10 * 1024 * 1024, 5);
    /** For logs that somebody else rotates, or nobody. */
    public static final LogRotation OFF = new LogRotation(Long.MAX_VALUE, 0);
    private static final int MOST_KEPT = 100;

    /** @throws IllegalArgumentException where a number is outside its range */
    public LogRotation {
        if (bytes < 1 || kept < 0 || kept > MOST_KEPT) {
            throw new IllegalArgumentException("a log of " + bytes + " bytes and " + kept
                + " old ones, expected at least 1 byte and 0 to " + MOST_KEPT + " old ones");
        }
    }

    /** A log of that size is to be rotated. */
    public boolean isDue(long size) {
        return size >= bytes;
    }

    /** A log of that size has waited too long for it: nothing more is written to it. */
    public boolean isOverdue(long size) {
        return size / 2 >= bytes;
    }
}
