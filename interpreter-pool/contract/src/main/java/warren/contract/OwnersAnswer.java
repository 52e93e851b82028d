package warren.contract;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What an owner is answered.
 *
 * @param good whether all was done as asked
 * @param lines for him to read; what is too long for a frame is left out at the end
 */
public record OwnersAnswer(boolean good, List<String> lines) {
    private static final int TYPE = 65;
    private static final int MOST_LINES = 2000;
    private static final int ROOM = 1024;

    public OwnersAnswer {
        lines = List.copyOf(lines);
    }

    public void sendTo(OutputStream stream) throws IOException {
        List<String> fitting = fitting();
        FrameWriter out = new FrameWriter(TYPE).flag(good).number(fitting.size());
        fitting.forEach(out::text);
        out.sendTo(stream);
    }

    private List<String> fitting() {
        List<String> fitting = new ArrayList<>();
        int bytes = ROOM;
        for (String line : lines) {
            bytes += Long.BYTES + line.getBytes(StandardCharsets.UTF_8).length;
            if (bytes > Frames.MAX_BYTES || fitting.size() == MOST_LINES - 1) {
                fitting.add("...");
                return fitting;
            }
            fitting.add(line);
        }
        return fitting;
    }

    /** @throws MalformedFrame where it is anything else */
    public static OwnersAnswer receive(InputStream stream) throws IOException {
        FrameReader in = FrameReader.receive(stream);
        if (in.type() != TYPE) {
            throw new MalformedFrame("no answer to an owner");
        }
        boolean good = in.flag();
        int count = in.number(0, MOST_LINES);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            lines.add(in.text());
        }
        in.end();
        return new OwnersAnswer(good, lines);
    }
}
