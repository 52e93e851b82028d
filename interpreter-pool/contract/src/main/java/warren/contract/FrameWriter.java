package warren.contract;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Gathers one frame's fields in the order in which {@link FrameReader} takes them. */
final class FrameWriter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);

    FrameWriter(int type) {
        try {
            out.writeByte(type);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    FrameWriter number(long value) {
        try {
            out.writeLong(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    FrameWriter flag(boolean value) {
        return number(value ? 1 : 0);
    }

    FrameWriter duration(Duration value) {
        return number(value.toMillis());
    }

    FrameWriter text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        number(utf8.length);
        bytes.writeBytes(utf8);
        return this;
    }

    /** Where the stream buffers, it is the caller's to flush. */
    void sendTo(OutputStream stream) throws IOException {
        int length = bytes.size();
        if (length > Frames.MAX_BYTES) {
            throw new MalformedFrame("a frame of " + length + " bytes, at most " + Frames.MAX_BYTES + " are sent");
        }
        byte[] frame = new byte[4 + length];
        frame[0] = (byte) (length >>> 24);
        frame[1] = (byte) (length >>> 16);
        frame[2] = (byte) (length >>> 8);
        frame[3] = (byte) length;
        System.arraycopy(bytes.toByteArray(), 0, frame, 4, length);
        stream.write(frame);
    }
}
