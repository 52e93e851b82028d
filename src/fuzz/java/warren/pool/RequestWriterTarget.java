package warren.pool;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Any parameters and any body, sent through a socket and taken apart again here by FastCGI 1.0 section 3: the same
 * parameters, the same body, and nothing else. One writer serves all requests, as on a connection.
 */
public final class RequestWriterTarget {
    private static final Wire WIRE = Wire.open();
    private static final RequestWriter WRITER = new RequestWriter();

    private RequestWriterTarget() { }

    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        ByteBuffer in = ByteBuffer.wrap(input);
        Map<String, String> parameters = new LinkedHashMap<>();
        for (int left = in.hasRemaining() ? in.get() & 15 : 0; left > 0 && in.hasRemaining(); left--) {
            parameters.put(text(in), text(in));
        }
        byte[] body = new byte[in.remaining()];
        in.get(body);
        check(parameters, body);
    }

    /** A length, then characters: a byte each, but for three that stand for what a byte cannot say. */
    private static String text(ByteBuffer in) {
        StringBuilder text = new StringBuilder();
        boolean longOne = false;
        for (int left = in.hasRemaining() ? in.get() & 255 : 0; left > 0 && in.hasRemaining(); left--) {
            int next = in.get() & 255;
            switch (next) {
                case 0xfe -> text.append('\u20ac');
                case 0xfd -> {
                    text.append("v".repeat(longOne ? 1 : 30_000));
                    longOne = true;
                }
                case 0xfc -> text.append('\ud800'); // half a pair
                default -> text.append((char) next);
            }
        }
        return text.toString();
    }

    private static void check(Map<String, String> parameters, byte[] body) throws Exception {
        WRITER.begin(parameters);
        try (RequestBody taken = RequestBody.take(new Visitor(parameters, body), SpoolSpace.inMemory(), Long.MAX_VALUE)) {
            while (taken.left() > 0) {
                WRITER.body(taken);
            }
        }
        WRITER.endBody();
        WRITER.ready();
        ByteBuffer sent = ByteBuffer.wrap(send());
        WRITER.trim();
        require(HexFormat.of().formatHex(content(sent, 1)).equals("0001010000000000"), "BEGIN_REQUEST");
        ByteBuffer pairs = ByteBuffer.wrap(stream(sent, 4));
        for (Map.Entry<String, String> parameter : parameters.entrySet()) {
            int name = length(pairs);
            int value = length(pairs);
            requireBytes(parameter.getKey(), pairs, name);
            requireBytes(parameter.getValue(), pairs, value);
        }
        require(!pairs.hasRemaining(), "no parameter more");
        require(java.util.Arrays.equals(body, stream(sent, 5)), "the body");
        require(!sent.hasRemaining(), "nothing after the body's end");
    }

    private static byte[] send() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer part = ByteBuffer.allocate(64 * 1024);
        boolean done = false;
        while (!done) {
            done = WRITER.send(WIRE.ours());
            while (WIRE.take(part) > 0) {
                all.write(part.array(), 0, part.position());
                part.clear();
            }
        }
        return all.toByteArray();
    }

    /** One record. */
    private static byte[] content(ByteBuffer sent, int type) {
        require(sent.get() == 1 && sent.get() == type && sent.getShort() == 1, "a record of type " + type);
        byte[] content = new byte[sent.getShort() & 0xffff];
        require(sent.getShort() == 0, "no padding");
        sent.get(content);
        return content;
    }

    /** Records up to an empty one. */
    private static byte[] stream(ByteBuffer sent, int type) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        List<byte[]> records = new ArrayList<>();
        do {
            records.add(content(sent, type));
            all.writeBytes(records.getLast());
        } while (records.getLast().length > 0);
        return all.toByteArray();
    }

    private static int length(ByteBuffer pairs) {
        pairs.mark();
        int first = pairs.get();
        if (first >= 0) {
            return first;
        }
        pairs.reset();
        int length = pairs.getInt() & Integer.MAX_VALUE;
        require(length > 127, "a long length for a long text only");
        return length;
    }

    private static void requireBytes(String text, ByteBuffer pairs, int length) {
        boolean narrow = text.chars().allMatch(c -> c < 256);
        byte[] found = new byte[length];
        pairs.get(found);
        require(java.util.Arrays.equals(found,
            text.getBytes(narrow ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8)), "a parameter's bytes");
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("expected " + what);
        }
    }
}
