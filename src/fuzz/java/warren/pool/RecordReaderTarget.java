package warren.pool;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;

/**
 * Whatever an interpreter sends, in whatever pieces: {@link RecordReader} says what {@link RecordOracle} says, throws
 * nothing but {@link ProtocolBroken}, keeps to its one buffer, takes no more steps than there are bytes, and after a
 * whole response reads the next one as if there had been none before.
 */
public final class RecordReaderTarget {
    private static final byte[] NEXT = {1, 6, 0, 1, 0, 1, 0, 0, 'n', 1, 3, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    private static final Wire WIRE = Wire.open();

    private RecordReaderTarget() { }

    public static void fuzzerTestOneInput(byte[] stream) throws IOException {
        RecordOracle expected = RecordOracle.of(stream);
        Random cuts = new Random(Arrays.hashCode(stream));
        for (int most : new int[] {Wire.MOST_AT_ONCE, 1 + cuts.nextInt(40), 1}) {
            if (most * 2000L < stream.length) {
                continue; // a system call for each byte of a long stream finds nothing new
            }
            RecordOracle told = read(new RecordReader(), stream, most, cuts, expected.end() == RecordOracle.End.WHOLE);
            if (!told.equals(expected)) {
                throw new AssertionError("in pieces of up to " + most + ": " + told + ", expected " + expected);
            }
        }
    }

    private static RecordOracle read(RecordReader reader, byte[] stream, int most, Random cuts, boolean thenNext)
            throws IOException {
        StringBuilder said = new StringBuilder();
        int sent = 0;
        try {
            boolean ended = false;
            while (sent < stream.length && !ended) {
                int count = Math.min(stream.length - sent, most == 1 ? 1 : 1 + cuts.nextInt(most));
                WIRE.put(stream, sent, count);
                sent += count;
                ended = take(reader, count, said);
            }
            if (!ended) {
                return new RecordOracle(said.toString(), RecordOracle.End.OPEN);
            }
            // What comes after the end is found when the interpreter is borrowed, if it came too late for the reader.
            RecordOracle.End end = sent == stream.length ? RecordOracle.End.WHOLE : RecordOracle.End.BROKEN;
            if (thenNext) {
                readNext(reader);
            }
            return new RecordOracle(said.toString(), end);
        } catch (ProtocolBroken e) {
            return new RecordOracle(said.toString(), RecordOracle.End.BROKEN);
        } finally {
            WIRE.drain();
        }
    }

    private static boolean take(RecordReader reader, int count, StringBuilder said) throws IOException, ProtocolBroken {
        byte[] buffer = reader.bytes();
        int filled = 0;
        while (filled < count) {
            int now = reader.fill(WIRE.ours());
            if (now <= 0) {
                throw new AssertionError("no room for " + (count - filled) + " bytes more");
            }
            filled += now;
            for (int steps = 0; ; steps++) {
                if (steps > now + 1 || reader.bytes() != buffer) {
                    throw new AssertionError("more steps than bytes, or another buffer");
                }
                RecordReader.Found found = reader.next();
                if (found == RecordReader.Found.NOTHING) {
                    break;
                }
                if (found == RecordReader.Found.END) {
                    return true;
                }
                for (int i = 0; i < reader.length(); i++) {
                    said.append(found == RecordReader.Found.STDOUT ? 'O' : 'E')
                        .append((char) (buffer[reader.offset() + i] & 255));
                }
            }
        }
        return false;
    }

    private static void readNext(RecordReader reader) throws IOException {
        reader.reset();
        RecordOracle next = read(reader, NEXT, 3, new Random(1), false);
        if (!next.equals(new RecordOracle("On", RecordOracle.End.WHOLE))) {
            throw new AssertionError("the response after it is read as " + next);
        }
    }
}
