package warren.pool;

import java.io.IOException;
import java.io.InputStream;

/**
 * A request's body. Its first {@value #IN_MEMORY_BYTES} bytes are taken before an interpreter is borrowed: a body
 * that ends within them costs the interpreter no waiting for the client, and can be sent a second time.
 */
final class RequestBody {
    static final int IN_MEMORY_BYTES = 64 * 1024;
    private final InputStream rest;
    private final byte[] start;
    private final boolean whole;

    private RequestBody(InputStream rest, byte[] start) {
        this.rest = rest;
        this.start = start;
        this.whole = start.length < IN_MEMORY_BYTES;
    }

    static RequestBody of(InputStream stream) throws IOException {
        return new RequestBody(stream, stream.readNBytes(IN_MEMORY_BYTES));
    }

    /** The bytes in memory. */
    byte[] start() {
        return start;
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
