package warren.contract;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Takes one frame apart, field by field; anything too long, short or out of range is a {@link MalformedFrame}. */
final class FrameReader {
    private final ByteBuffer bytes;

    private FrameReader(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    static FrameReader receive(InputStream stream) throws IOException {
        byte[] head = stream.readNBytes(4);
        if (head.length < 4) {
            throw new MalformedFrame("the peer closed before a whole frame");
        }
        int length = ByteBuffer.wrap(head).getInt();
        if (length < 1 || length > Frames.MAX_BYTES) {
            throw new MalformedFrame("a frame of " + length + " bytes, expected 1 to " + Frames.MAX_BYTES);
        }
        byte[] body = stream.readNBytes(length);
        if (body.length < length) {
            throw new MalformedFrame("the peer closed inside a frame");
        }
        return new FrameReader(ByteBuffer.wrap(body));
    }

    int type() {
        return bytes.get();
    }

    long number() throws MalformedFrame {
        need(Long.BYTES);
        return bytes.getLong();
    }

    int number(int least, int most) throws MalformedFrame {
        long value = number();
        if (value < least || value > most) {
            throw new MalformedFrame("a number " + value + ", expected " + least + " to " + most);
        }
        return (int) value;
    }

    boolean flag() throws MalformedFrame {
        return number(0, 1) == 1;
    }

    Duration duration() throws MalformedFrame {
        return Duration.ofMillis(number());
    }

    String text() throws MalformedFrame {
        int length = number(0, Frames.MAX_BYTES);
        need(length);
        ByteBuffer slice = bytes.slice(bytes.position(), length);
        bytes.position(bytes.position() + length);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(slice).toString();
        } catch (CharacterCodingException e) {
            throw new MalformedFrame("a text that is not UTF-8");
        }
    }

    VirtualHostName name() throws MalformedFrame {
        String text = text();
        if (!VirtualHostName.isWellFormed(text)) {
            throw new MalformedFrame("a text that is no virtual host's name");
        }
        return new VirtualHostName(text);
    }

    void end() throws MalformedFrame {
        if (bytes.hasRemaining()) {
            throw new MalformedFrame(bytes.remaining() + " bytes after the last field");
        }
    }

    private void need(int count) throws MalformedFrame {
        if (bytes.remaining() < count) {
            throw new MalformedFrame("a field of " + count + " bytes where " + bytes.remaining() + " are left");
        }
    }
}
