package warren.contract;

/**
 * How long the bodies of requests and responses may be, and how much of them may be kept for a virtual host while a client
 * or an interpreter is slow.
 *
 * @param requestBodyBytes the longest body that a request may have
 * @param responseBytes the longest body that a response may have; 0 is without limit
 * @param allBytes the most that all bodies and responses of the virtual host may take at a time, in memory and files
 */
public record SpoolLimits(long requestBodyBytes, long responseBytes, long allBytes) {
    private static final long MOST = 1L << 50;

    /** httpd's own LimitRequestBody, and two such bodies. */
    public static final SpoolLimits DEFAULT = new SpoolLimits(1L << 30, 0, 2L << 30);

    /** @throws IllegalArgumentException where one is outside its range; the message names it */
    public SpoolLimits {
        within("requestBodyBytes", requestBodyBytes);
        within("responseBytes", responseBytes);
        within("allBytes", allBytes);
    }

    private static void within(String name, long value) {
        if (value < 0 || value > MOST) {
            throw new IllegalArgumentException(name + " is " + value + ", expected 0 to " + MOST);
        }
    }
}
