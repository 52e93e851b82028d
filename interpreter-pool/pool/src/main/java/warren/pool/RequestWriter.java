package warren.pool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/**
 * A request as FastCGI records (sections 3.3, 3.4, 5.1 to 5.3), in one buffer that is sent as the socket takes it:
 * <pre>
 *   u8 version=1  u8 type  u16 request id=1  u16 content length  u8 padding length=0  u8 0  content
 * </pre>
 * One instance serves all requests of a connection, one after the other.
 */
final class RequestWriter {
    private static final int LONG_LENGTH = 128;
    private static final int FIRST_BYTES = 8 * 1024;
    /** A buffer that one large request has made larger than this is not kept for the next. */
    private static final int KEPT_BYTES = 48 * 1024;
    private static final int PIECE_BYTES = 32 * 1024;
    private byte[] bytes = new byte[FIRST_BYTES];
    private int length;
    private ByteBuffer left = ByteBuffer.wrap(bytes, 0, 0);
    private long sent;

    /** Begins with BEGIN_REQUEST and all of PARAMS. */
    void begin(Map<String, String> parameters) {
        length = 0;
        sent = 0;
        header(FastCgi.BEGIN_REQUEST, 8);
        append(new byte[] {0, FastCgi.RESPONDER, FastCgi.KEEP_CONN, 0, 0, 0, 0, 0}, 0, 8);
        int start = length;
        header(FastCgi.PARAMS, 0);
        parameters.forEach(this::pair);
        endParameters(start);
        header(FastCgi.PARAMS, 0);
    }

    /** The next piece of the body, which has more. */
    void body(RequestBody body) throws BodyUnreadable {
        int count = (int) Math.min(body.left(), PIECE_BYTES);
        header(FastCgi.STDIN, count);
        reserve(count);
        for (int end = length + count; length < end;) {
            length += body.read(bytes, length, end - length);
        }
    }

    /** The body's end. */
    void endBody() {
        header(FastCgi.STDIN, 0);
    }

    /** Makes what has been written ready to be sent. */
    void ready() {
        left = ByteBuffer.wrap(bytes, 0, length);
        length = 0;
    }

    /** Sends as much as the socket takes now; whether that was all. */
    boolean send(UnixStream stream) throws IOException {
        if (left.hasRemaining()) {
            sent += stream.writeNow(left);
        }
        return !left.hasRemaining();
    }

    /** Sends that much at most, in one piece where the socket has taken nothing before. */
    void send(UnixStream stream, int most) throws IOException {
        int end = left.limit();
        left.limit(Math.min(end, left.position() + most));
        try {
            send(stream);
        } finally {
            left.limit(end);
        }
    }

    /** How much of what is ready the socket has not taken. */
    int left() {
        return left.remaining();
    }

    /** How much of the request the socket has taken until now. */
    long sent() {
        return sent;
    }

    void trim() {
        if (bytes.length > KEPT_BYTES) {
            bytes = new byte[FIRST_BYTES];
        }
        left = ByteBuffer.wrap(bytes, 0, 0);
    }

    /** More than one record holds is cut into several; none at all are no record, for an empty one ends them. */
    private void endParameters(int start) {
        int content = length - start - FastCgi.HEADER_BYTES;
        if (content == 0) {
            length = start;
            return;
        }
        if (content <= FastCgi.MOST_CONTENT_BYTES) {
            bytes[start + 4] = (byte) (content >>> 8);
            bytes[start + 5] = (byte) content;
            return;
        }
        byte[] pairs = Arrays.copyOfRange(bytes, start + FastCgi.HEADER_BYTES, length);
        length = start;
        for (int from = 0; from < pairs.length; from += FastCgi.MOST_CONTENT_BYTES) {
            int count = Math.min(FastCgi.MOST_CONTENT_BYTES, pairs.length - from);
            header(FastCgi.PARAMS, count);
            append(pairs, from, count);
        }
    }

    private void pair(String name, String value) {
        byte[] nameBytes = bytesOf(name);
        byte[] valueBytes = bytesOf(value);
        pairLength(nameBytes.length);
        pairLength(valueBytes.length);
        append(nameBytes, 0, nameBytes.length);
        append(valueBytes, 0, valueBytes.length);
    }

    /** Characters are bytes; a text with one that cannot be is ours, such as a document root, and UTF-8. */
    private static byte[] bytesOf(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0xff) {
                return text.getBytes(StandardCharsets.UTF_8);
            }
        }
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private void pairLength(int value) {
        if (value < LONG_LENGTH) {
            append(value);
        } else {
            append(value >>> 24 | 0x80);
            append(value >>> 16);
            append(value >>> 8);
            append(value);
        }
    }

    private void header(int type, int content) {
        append(FastCgi.VERSION);
        append(type);
        append(FastCgi.REQUEST_ID >>> 8);
        append(FastCgi.REQUEST_ID);
        append(content >>> 8);
        append(content);
        append(0);
        append(0);
    }

    private void append(int value) {
        reserve(1);
        bytes[length++] = (byte) value;
    }

    private void append(byte[] source, int offset, int count) {
        reserve(count);
        System.arraycopy(source, offset, bytes, length, count);
        length += count;
    }

    private void reserve(int count) {
        if (length + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.min(2 * bytes.length, KEPT_BYTES), length + count));
        }
    }
}
