package warren.connector;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The end of a line by which a parent interpreter says that its owner's files have changed. It is looked for in all that comes,
 * whatever becomes of it as a line, and wherever two reads part it. The owner's code may write it too, and says the same by it.
 */
final class ChangeSign {
    private static final byte[] SIGN = "\u0001changed\n".getBytes(StandardCharsets.US_ASCII);
    private static final int WITHOUT_END = SIGN.length - 1;
    private final Runnable changed;
    /** How much of the sign the last bytes are; its first byte is in it once. */
    private int matched;

    ChangeSign(Runnable changed) {
        this.changed = changed;
    }

    /** Looks at the next bytes that were read. */
    void look(byte[] bytes, int count) {
        for (int i = 0; i < count; i++) {
            if (bytes[i] == SIGN[matched]) {
                matched++;
            } else {
                matched = bytes[i] == SIGN[0] ? 1 : 0;
            }
            if (matched == SIGN.length) {
                matched = 0;
                changed.run();
            }
        }
    }

    /** How long a line is without the sign at its end: what stands before it was said without an end of its own. */
    static int lengthWithout(byte[] line, int length) {
        int rest = length - WITHOUT_END;
        return rest >= 0 && Arrays.equals(line, rest, length, SIGN, 0, WITHOUT_END) ? rest : length;
    }
}
