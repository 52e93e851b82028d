package warren.httpd;

import java.util.List;
import java.util.Optional;

/**
 * {@code WarrenLogRotate}: when the owner's log is rotated.
 *
 * @param bytes the size at which it is; {@link Long#MAX_VALUE} for {@code off}
 * @param kept how many old ones are kept
 */
public record LogValues(long bytes, int kept) {
    static final String EXPECTED = "\"off\", or a size from 1M on such as 10M, and how many old ones are kept, 1 to 100";
    private static final long LEAST_BYTES = 1 << 20;
    private static final int MOST_KEPT = 100;
    private static final LogValues OFF = new LogValues(Long.MAX_VALUE, 0);

    /** What these arguments say; empty where they say nothing sensible. */
    static Optional<LogValues> of(List<String> arguments) {
        if (arguments.size() == 1) {
            return arguments.get(0).equalsIgnoreCase("off") ? Optional.of(OFF) : Optional.empty();
        }
        long bytes = Values.bytes(arguments.get(0)).orElse(0);
        return bytes >= LEAST_BYTES && Values.isNumber(arguments.get(1), 1, MOST_KEPT)
            ? Optional.of(new LogValues(bytes, Integer.parseInt(arguments.get(1)))) : Optional.empty();
    }
}
