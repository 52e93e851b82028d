package warren.contract;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;

/**
 * Whatever a peer sends: a frame or {@link MalformedFrame}; no byte after the frame is read; and what is a frame is
 * written again as the same bytes, so that two readers cannot understand it in two ways.
 */
public final class FramesTarget {
    private FramesTarget() { }

    public static void fuzzerTestOneInput(byte[] bytes) throws IOException {
        ByteArrayInputStream asks = new ByteArrayInputStream(bytes);
        ByteArrayOutputStream again = new ByteArrayOutputStream();
        try {
            Frames.send(Frames.receiveAsk(asks), again);
            requireSame(bytes, asks, again);
        } catch (MalformedFrame expected) {
            requireNothing(again);
        }
        ByteArrayInputStream answers = new ByteArrayInputStream(bytes);
        again.reset();
        try {
            Frames.send(Frames.receiveAnswer(answers), again);
            requireSame(bytes, answers, again);
        } catch (MalformedFrame expected) {
            requireNothing(again);
        }
    }

    private static void requireSame(byte[] bytes, ByteArrayInputStream read, ByteArrayOutputStream again) {
        if (!Arrays.equals(Arrays.copyOf(bytes, bytes.length - read.available()), again.toByteArray())) {
            throw new AssertionError("another frame when it is written again");
        }
    }

    private static void requireNothing(ByteArrayOutputStream again) {
        if (again.size() > 0) {
            throw new AssertionError("received, yet not to be sent");
        }
    }
}
