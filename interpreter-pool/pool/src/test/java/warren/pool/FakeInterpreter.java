package warren.pool;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** The other end of one FastCGI connection, as a test scripts it: one thread, one request at a time. */
final class FakeInterpreter {
    /** What it does with each request after hello. */
    interface Script {
        void serve(FakeInterpreter me) throws IOException;
    }

    final int pid;
    private final SocketChannel channel;
    private final DataInputStream in;
    private final OutputStream out;
    private Map<String, String> parameters = Map.of();
    private int stdinLeft;
    private boolean stdinEnded;

    FakeInterpreter(int pid, SocketChannel channel) {
        this.pid = pid;
        this.channel = channel;
        this.in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel)));
        this.out = Channels.newOutputStream(channel);
    }

    /** Until the connection ends, which is its end. */
    void run(Script hello, Script script) {
        try (channel) {
            while (true) {
                receive();
                if (parameters.containsKey("WARREN_HELLO")) {
                    hello.serve(this);
                } else {
                    script.serve(this);
                }
            }
        } catch (IOException | UncheckedIOException ended) {
            // As an interpreter ends.
        }
    }

    private void receive() throws IOException {
        requireRecord(FastCgi.BEGIN_REQUEST).readNBytes(8);
        ByteArrayOutputStream pairs = new ByteArrayOutputStream();
        for (int length = record(FastCgi.PARAMS); length > 0; length = record(FastCgi.PARAMS)) {
            pairs.write(in.readNBytes(length));
        }
        parameters = parse(ByteBuffer.wrap(pairs.toByteArray()));
        stdinEnded = false;
        stdinLeft = 0;
    }

    private InputStream requireRecord(int type) throws IOException {
        record(type);
        return in;
    }

    private int record(int expected) throws IOException {
        int version = in.readUnsignedByte();
        int type = in.readUnsignedByte();
        int id = in.readUnsignedShort();
        int length = in.readUnsignedShort();
        int padding = in.readUnsignedByte();
        in.readUnsignedByte();
        if (version != 1 || id != 1 || type != expected || padding != 0) {
            throw new IOException("record " + version + " " + type + " " + id);
        }
        return length;
    }

    private static Map<String, String> parse(ByteBuffer pairs) {
        Map<String, String> parsed = new LinkedHashMap<>();
        while (pairs.hasRemaining()) {
            int name = length(pairs);
            int value = length(pairs);
            parsed.put(text(pairs, name), text(pairs, value));
        }
        return parsed;
    }

    private static int length(ByteBuffer pairs) {
        int first = pairs.get();
        return first >= 0 ? first : (first & 0x7f) << 24 | (pairs.get() & 0xff) << 16 | pairs.getShort() & 0xffff;
    }

    private static String text(ByteBuffer pairs, int length) {
        byte[] bytes = new byte[length];
        pairs.get(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    Map<String, String> parameters() {
        return parameters;
    }

    /** Some of the body; -1 at its end. */
    int readBody(byte[] target) throws IOException {
        if (stdinLeft == 0 && !stdinEnded) {
            stdinLeft = record(FastCgi.STDIN);
            stdinEnded = stdinLeft == 0;
        }
        if (stdinEnded) {
            return -1;
        }
        int count = in.read(target, 0, Math.min(stdinLeft, target.length));
        if (count < 0) {
            throw new EOFException();
        }
        stdinLeft -= count;
        return count;
    }

    byte[] wholeBody() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] piece = new byte[8192];
        for (int count = readBody(piece); count >= 0; count = readBody(piece)) {
            all.write(piece, 0, count);
        }
        return all.toByteArray();
    }

    FakeInterpreter record(int type, byte[] content) throws IOException {
        return raw(1, type, 1, content);
    }

    FakeInterpreter raw(int version, int type, int id, byte[] content) throws IOException {
        byte[] record = new byte[8 + content.length];
        ByteBuffer.wrap(record).put((byte) version).put((byte) type).putShort((short) id)
            .putShort((short) content.length).put((byte) 0).put((byte) 0).put(content);
        return bytes(record);
    }

    FakeInterpreter bytes(byte[] bytes) throws IOException {
        out.write(bytes);
        return this;
    }

    FakeInterpreter say(String text) throws IOException {
        return record(FastCgi.STDOUT, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    FakeInterpreter complain(String text) throws IOException {
        return record(FastCgi.STDERR, text.getBytes(StandardCharsets.UTF_8));
    }

    /** The end, as an interpreter that has taken the whole request says it. */
    void end() throws IOException {
        wholeBody();
        endNow();
    }

    void endNow() throws IOException {
        record(FastCgi.END_REQUEST, new byte[8]);
    }

    void close() throws IOException {
        channel.close();
    }

    /** Reads nothing, until it is killed. */
    void takeNothing() throws IOException {
        while (channel.isOpen()) {
            LockSupport.parkNanos(2_000_000);
        }
        throw new EOFException();
    }

    /** Ends once something has come, without reading any of it: as one that was dying when it was borrowed. */
    void dieUnread() throws IOException {
        channel.configureBlocking(false);
        try (Selector selector = Selector.open()) {
            channel.register(selector, SelectionKey.OP_READ);
            selector.select();
        }
        throw new EOFException();
    }

    /** Ends inside a long request: the first 8 KB are read, and more has come. */
    void dieAfterTheFirstRead() throws IOException {
        in.read();
        dieUnread();
    }

    /** Blocks until the other side has closed, as code in an endless loop would go on. */
    void hang() throws IOException {
        while (in.read() >= 0) {
            // What comes is nobody's business.
        }
        throw new EOFException();
    }
}
