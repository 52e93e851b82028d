package warren.pool;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A request as FastCGI records (sections 3.3, 3.4, 5.1 to 5.3):
 * <pre>
 *   u8 version=1  u8 type  u16 request id=1  u16 content length  u8 padding length=0  u8 0  content
 * </pre>
 */
final class RequestRecords {
    private static final int LONG_LENGTH = 128;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream(2048);

    /** BEGIN_REQUEST and all of PARAMS. Text is bytes: ISO-8859-1 here is what the client sent. */
    static byte[] head(Map<String, String> parameters) {
        RequestRecords records = new RequestRecords();
        records.record(FastCgi.BEGIN_REQUEST, new byte[] {0, FastCgi.RESPONDER, FastCgi.KEEP_CONN, 0, 0, 0, 0, 0}, 0, 8);
        byte[] pairs = pairs(parameters);
        for (int from = 0; from < pairs.length; from += FastCgi.MOST_CONTENT_BYTES) {
            records.record(FastCgi.PARAMS, pairs, from, Math.min(FastCgi.MOST_CONTENT_BYTES, pairs.length - from));
        }
        records.record(FastCgi.PARAMS, pairs, 0, 0);
        return records.out.toByteArray();
    }

    /** A part of the body; an empty one ends it. At most 65535 bytes. */
    static byte[] body(byte[] bytes, int offset, int length) {
        RequestRecords records = new RequestRecords();
        records.record(FastCgi.STDIN, bytes, offset, length);
        return records.out.toByteArray();
    }

    private void record(int type, byte[] content, int offset, int length) {
        out.write(FastCgi.VERSION);
        out.write(type);
        out.write(FastCgi.REQUEST_ID >>> 8);
        out.write(FastCgi.REQUEST_ID);
        out.write(length >>> 8);
        out.write(length);
        out.write(0);
        out.write(0);
        out.write(content, offset, length);
    }

    private static byte[] pairs(Map<String, String> parameters) {
        ByteArrayOutputStream pairs = new ByteArrayOutputStream(2048);
        parameters.forEach((name, value) -> {
            byte[] nameBytes = name.getBytes(StandardCharsets.ISO_8859_1);
            byte[] valueBytes = value.getBytes(StandardCharsets.ISO_8859_1);
            length(pairs, nameBytes.length);
            length(pairs, valueBytes.length);
            pairs.writeBytes(nameBytes);
            pairs.writeBytes(valueBytes);
        });
        return pairs.toByteArray();
    }

    private static void length(ByteArrayOutputStream pairs, int length) {
        if (length < LONG_LENGTH) {
            pairs.write(length);
        } else {
            pairs.write(length >>> 24 | 0x80);
            pairs.write(length >>> 16);
            pairs.write(length >>> 8);
            pairs.write(length);
        }
    }
}
