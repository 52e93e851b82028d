package warren.pool;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * A request's body. Its first {@value #IN_MEMORY_BYTES} bytes are taken before an interpreter is borrowed: a body
 * that ends within them costs the interpreter no waiting for the client, and can be sent a second time.
 */
final class RequestBody {
    static final int IN_MEMORY_BYTES = 64 * 1024;
    private static final int FIRST_BYTES = 8 * 1024;
    private final InputStream rest;
    private final byte[] start;
    private final int startLength;
    private final boolean whole;

    private RequestBody(InputStream rest, byte[] start, int startLength, boolean whole) {
        this.rest = rest;
        this.start = start;
        this.startLength = startLength;
        this.whole = whole;
    }

    static RequestBody of(InputStream stream) throws IOException {
        int first = stream.read();
        if (first < 0) {
            return none();
        }
        byte[] bytes = new byte[FIRST_BYTES];
        bytes[0] = (byte) first;
        int length = 1;
        while (length < IN_MEMORY_BYTES) {
            if (length == bytes.length) {
                bytes = Arrays.copyOf(bytes, 2 * length);
            }
            int count = stream.read(bytes, length, bytes.length - length);
            if (count < 0) {
                return new RequestBody(stream, bytes, length, true);
            }
            length += count;
        }
        return new RequestBody(stream, bytes, length, false);
    }

    static RequestBody none() {
        return new RequestBody(InputStream.nullInputStream(), new byte[0], 0, true);
    }

    /** The bytes in memory, as many as {@link #startLength}. */
    byte[] start() {
        return start;
    }

    int startLength() {
        return startLength;
    }

    /** Whether all of it is in memory. */
    boolean isWhole() {
        return whole;
    }

    /** What follows them. */
    InputStream rest() {
        return rest;
    }
}
