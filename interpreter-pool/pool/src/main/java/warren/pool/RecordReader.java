package warren.pool;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/**
 * Takes an interpreter's records from its connection. What is not a record of our one request is a
 * {@link ProtocolBroken}; nothing is skipped over or repaired.
 */
final class RecordReader {
    private static final int BUFFER_BYTES = 16 * 1024;
    private final ReadableByteChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).flip();
    private int contentLeft;
    private int paddingLeft;
    private boolean lastReadWasShort;

    RecordReader(ReadableByteChannel channel) {
        this.channel = channel;
    }

    /** The next record's type; what was left of the one before is passed over. */
    int next() throws IOException, ProtocolBroken {
        skip(contentLeft + paddingLeft);
        fill(FastCgi.HEADER_BYTES);
        int version = buffer.get() & 0xff;
        int type = buffer.get() & 0xff;
        int request = buffer.getShort() & 0xffff;
        contentLeft = buffer.getShort() & 0xffff;
        paddingLeft = buffer.get() & 0xff;
        buffer.get();
        if (version != FastCgi.VERSION || request != FastCgi.REQUEST_ID) {
            throw new ProtocolBroken("a FastCGI record of version " + version + " for request " + request
                + ", expected version 1 and request 1");
        }
        if (type != FastCgi.STDOUT && type != FastCgi.STDERR && type != FastCgi.END_REQUEST) {
            throw new ProtocolBroken("a FastCGI record of type " + type + ", expected 3, 6 or 7");
        }
        return type;
    }

    /** Some of the record's content; 0 at its end. */
    int read(byte[] target) throws IOException {
        if (contentLeft == 0) {
            return 0;
        }
        fill(1);
        int count = Math.min(Math.min(contentLeft, buffer.remaining()), target.length);
        buffer.get(target, 0, count);
        contentLeft -= count;
        return count;
    }

    /** Requires the whole of an END_REQUEST's content, and nothing behind it. */
    void requireComplete() throws IOException, ProtocolBroken {
        if (contentLeft != FastCgi.END_REQUEST_BYTES) {
            throw new ProtocolBroken("an END_REQUEST of " + contentLeft + " bytes, expected 8");
        }
        fill(FastCgi.END_REQUEST_BYTES);
        buffer.getInt();
        int protocolStatus = buffer.get() & 0xff;
        buffer.position(buffer.position() + 3);
        contentLeft = 0;
        skip(paddingLeft);
        if (protocolStatus != FastCgi.REQUEST_COMPLETE) {
            throw new ProtocolBroken("the protocol status " + protocolStatus + ", expected 0 (REQUEST_COMPLETE)");
        }
        if (buffer.hasRemaining()) {
            throw new ProtocolBroken(buffer.remaining() + " bytes after the end of the response");
        }
    }

    /**
     * Whether the interpreter has paused: all that came has been taken but for padding, and the last read did not fill
     * the buffer.
     */
    boolean isDrained() {
        return buffer.remaining() <= paddingLeft && lastReadWasShort;
    }

    private void skip(int bytes) throws IOException {
        int left = bytes;
        while (left > 0) {
            fill(1);
            int count = Math.min(left, buffer.remaining());
            buffer.position(buffer.position() + count);
            left -= count;
        }
        contentLeft = 0;
        paddingLeft = 0;
    }

    private void fill(int least) throws IOException {
        if (buffer.remaining() >= least) {
            return;
        }
        buffer.compact();
        try {
            while (buffer.position() < least) {
                int room = buffer.remaining();
                int count = channel.read(buffer);
                if (count < 0) {
                    throw new EOFException("the interpreter closed its connection");
                }
                lastReadWasShort = count < room;
            }
        } finally {
            buffer.flip();
        }
    }
}
