package warren.connector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ChangeSignTest {
    private static byte[] bytes(String text) {
        return text.replace('~', '\u0001').replace('/', '\n').getBytes(StandardCharsets.ISO_8859_1);
    }

    /** {@code ~} stands for the first byte, {@code /} for the line's end. */
    @ParameterizedTest
    @CsvSource({"~changed/, 1", "a line/~changed/another/, 1", "unfinished~changed/, 1", "~changed/~changed/, 2", "~~changed/, 1",
        "~chan~changed/, 1", "changed/, 0", "~changed!/, 0", "~change/, 0", "~ changed/, 0"})
    void isFoundWhereverReadsPartIt(String text, int times) {
        byte[] all = bytes(text);
        for (int size = 1; size <= all.length; size++) {
            AtomicInteger found = new AtomicInteger();
            ChangeSign sign = new ChangeSign(found::incrementAndGet);
            for (int at = 0; at < all.length; at += size) {
                byte[] part = java.util.Arrays.copyOfRange(all, at, Math.min(all.length, at + size));
                sign.look(part, part.length);
            }
            assertEquals(times, found.get(), text + " in reads of " + size);
        }
    }

    @Test
    void isNoPartOfTheLine() {
        assertEquals(0, ChangeSign.lengthWithout(bytes("~changed"), 8));
        assertEquals(3, ChangeSign.lengthWithout(bytes("abc~changed"), 11));
        assertEquals(7, ChangeSign.lengthWithout(bytes("changed"), 7));
        assertEquals(0, ChangeSign.lengthWithout(bytes(""), 0));
    }
}
