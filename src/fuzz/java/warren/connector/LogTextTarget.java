package warren.connector;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Whatever an owner writes: no control character in the log, and from the log every byte can be had again. */
public final class LogTextTarget {
    private LogTextTarget() { }

    public static void fuzzerTestOneInput(byte[] line) {
        String escaped = LogText.escape(line, 0, line.length);
        if (escaped.chars().anyMatch(Character::isISOControl)) {
            throw new AssertionError("a control character in \"" + escaped + "\"");
        }
        if (!Arrays.equals(line, unescaped(escaped))) {
            throw new AssertionError("not to be told from another line: \"" + escaped + "\"");
        }
    }

    private static byte[] unescaped(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int at = 0; at < text.length(); at++) {
            if (text.charAt(at) != '\\') {
                int next = text.offsetByCodePoints(at, 1);
                bytes.writeBytes(text.substring(at, next).getBytes(StandardCharsets.UTF_8));
                at = next - 1;
                continue;
            }
            char kind = text.charAt(++at);
            bytes.write(switch (kind) {
                case 't' -> '\t';
                case '\\' -> '\\';
                default -> Integer.parseInt(text.substring(at + 1, at + 3), 16);
            });
            at += kind == 'x' ? 2 : 0;
        }
        return bytes.toByteArray();
    }
}
