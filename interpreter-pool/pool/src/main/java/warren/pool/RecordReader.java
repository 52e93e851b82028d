package warren.pool;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Takes an interpreter's records apart as their bytes come (FastCGI 1.0 sections 3.3, 5.5), in one buffer of a fixed
 * size. What is not a record of our one request is {@link ProtocolBroken}; nothing is passed over or repaired.
 */
final class RecordReader {
    static final int BUFFER_BYTES = 32 * 1024;

    /** What {@link #next} found. */
    enum Found {
        /** Nothing whole: more bytes are needed. */
        NOTHING,
        /** Content of STDOUT, between {@link #offset} and {@link #length}. */
        STDOUT,
        /** Content of STDERR, likewise. */
        STDERR,
        /** END_REQUEST, and nothing behind it. */
        END
    }

    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).flip();
    private int type;
    private int contentLeft;
    private int paddingLeft;
    private boolean stdoutEnded;
    private boolean ended;
    private int offset;
    private int length;

    /** Ready for the next request's response. */
    void reset() {
        type = 0;
        stdoutEnded = false;
        ended = false;
    }

    /** Reads what is there: its length, 0 for nothing, -1 at the end. */
    int fill(UnixStream stream) throws IOException {
        buffer.compact();
        try {
            return stream.readNow(buffer);
        } finally {
            buffer.flip();
        }
    }

    Found next() throws ProtocolBroken {
        while (true) {
            if (contentLeft > 0) {
                return content();
            }
            if (!skipPadding()) {
                return Found.NOTHING;
            }
            if (ended) {
                requireNothingLeft();
                return Found.END;
            }
            if (buffer.remaining() < FastCgi.HEADER_BYTES) {
                return Found.NOTHING;
            }
            readHeader();
        }
    }

    byte[] bytes() {
        return buffer.array();
    }

    int offset() {
        return offset;
    }

    int length() {
        return length;
    }

    private Found content() throws ProtocolBroken {
        if (type == FastCgi.END_REQUEST) {
            if (buffer.remaining() < FastCgi.END_REQUEST_BYTES) {
                return Found.NOTHING;
            }
            readEnd();
            return next();
        }
        if (!buffer.hasRemaining()) {
            return Found.NOTHING;
        }
        offset = buffer.position();
        length = Math.min(contentLeft, buffer.remaining());
        buffer.position(offset + length);
        contentLeft -= length;
        return type == FastCgi.STDOUT ? Found.STDOUT : Found.STDERR;
    }

    private void readHeader() throws ProtocolBroken {
        int version = buffer.get() & 0xff;
        type = buffer.get() & 0xff;
        int request = buffer.getShort() & 0xffff;
        contentLeft = buffer.getShort() & 0xffff;
        paddingLeft = buffer.get() & 0xff;
        buffer.get();
        if (version != FastCgi.VERSION || request != FastCgi.REQUEST_ID) {
            throw new ProtocolBroken("a FastCGI record of version " + version + " for request " + request
                + ", expected version 1 and request 1");
        }
        switch (type) {
            case FastCgi.STDOUT -> takeStdout();
            case FastCgi.STDERR -> { }
            case FastCgi.END_REQUEST -> requireEndLength();
            default -> throw new ProtocolBroken("a FastCGI record of type " + type + ", expected 3, 6 or 7");
        }
    }

    private void takeStdout() throws ProtocolBroken {
        if (stdoutEnded) {
            throw new ProtocolBroken("a FastCGI record of STDOUT after the one that ended it");
        }
        stdoutEnded = contentLeft == 0;
    }

    private void requireEndLength() throws ProtocolBroken {
        if (contentLeft != FastCgi.END_REQUEST_BYTES) {
            throw new ProtocolBroken("an END_REQUEST of " + contentLeft + " bytes, expected 8");
        }
    }

    /** The application's status, an exit status, is not ours to judge. */
    private void readEnd() throws ProtocolBroken {
        buffer.getInt();
        int protocolStatus = buffer.get() & 0xff;
        buffer.position(buffer.position() + 3);
        contentLeft = 0;
        ended = true;
        if (protocolStatus != FastCgi.REQUEST_COMPLETE) {
            throw new ProtocolBroken("the protocol status " + protocolStatus + ", expected 0 (REQUEST_COMPLETE)");
        }
    }

    private boolean skipPadding() {
        int count = Math.min(paddingLeft, buffer.remaining());
        buffer.position(buffer.position() + count);
        paddingLeft -= count;
        return paddingLeft == 0;
    }

    private void requireNothingLeft() throws ProtocolBroken {
        if (buffer.hasRemaining()) {
            throw new ProtocolBroken(buffer.remaining() + " bytes after the end of the response");
        }
    }
}
