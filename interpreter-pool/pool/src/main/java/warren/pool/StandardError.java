package warren.pool;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * What an interpreter says on FastCGI's own standard error in one request, line by line, for its owner: at most
 * {@value #MOST_BYTES} bytes, lines of at most {@value #LINE_BYTES}. What is beyond is dropped, and that is said once.
 */
final class StandardError {
    private static final int MOST_BYTES = 64 * 1024;
    private static final int LINE_BYTES = 4096;
    private final Consumer<String> owner;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(0);
    private int taken;

    StandardError(Consumer<String> owner) {
        this.owner = owner;
    }

    void take(byte[] bytes, int offset, int length) {
        int count = Math.max(0, Math.min(length, MOST_BYTES - taken));
        for (int i = offset; i < offset + count; i++) {
            if (bytes[i] == '\n' || line.size() == LINE_BYTES) {
                end();
            }
            if (bytes[i] != '\n') {
                line.write(bytes[i]);
            }
        }
        if (count < length && taken < MOST_BYTES + 1) {
            end();
            owner.accept("(more than " + MOST_BYTES + " bytes on standard error in one request: the rest is dropped)");
            taken = MOST_BYTES + 1;
        } else {
            taken += count;
        }
    }

    /** The request has ended, and so has its last line. */
    void end() {
        if (line.size() > 0) {
            owner.accept(line.toString(StandardCharsets.UTF_8));
            line.reset();
        }
    }
}
