package warren.connector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LogTextTest {
    private static String escaped(String latin1) {
        byte[] bytes = latin1.getBytes(StandardCharsets.ISO_8859_1);
        return LogText.escape(bytes, 0, bytes.length);
    }

    @Test
    void showsControlCharactersAsTheirBytes() {
        assertEquals("plain ~ text", LogText.escape("plain ~ text"));
        for (int control = 0; control < 0x20; control++) {
            assertEquals(control == '\t' ? "\\t" : String.format("\\x%02x", control), LogText.escape("" + (char) control));
        }
        assertEquals("a\\x1b[2J\\x0d\\x00\\x7f\\tb\\\\", LogText.escape("a\u001b[2J\r\0\u007f\tb\\"));
        assertEquals("\\xc2\\x9b", LogText.escape("\u009b"));
    }

    @Test
    void showsInvalidUtf8AsItsBytes() {
        assertEquals("\\xffx\\xc3", escaped("\u00ffx\u00c3"));
        assertEquals("\\xe2\\x82", escaped("\u00e2\u0082"));
        assertEquals("\\xc0\\xafy", escaped("\u00c0\u00afy"));
    }

    @Test
    void keepsWhatCanBeRead() {
        assertEquals("\u00e4 \u20ac \ud83d\udc07", LogText.escape("\u00e4 \u20ac \ud83d\udc07"));
    }
}
