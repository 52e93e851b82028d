package warren.connector;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * What an owner's code wrote, safe to show on a terminal: one line, no control characters (C0, DEL and C1, which a
 * terminal would obey), no invalid UTF-8. Each byte of those becomes {@code \xHH}, a tab {@code \t} and a backslash
 * {@code \\}, as in httpd's own error log.
 */
final class LogText {
    private LogText() { }

    static String escape(byte[] line, int offset, int length) {
        if (isPlain(line, offset, length)) {
            return new String(line, offset, length, StandardCharsets.US_ASCII);
        }
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT).onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(line, offset, length);
        CharBuffer chars = CharBuffer.allocate(length + 1);
        StringBuilder escaped = new StringBuilder(length + 16);
        while (true) {
            CoderResult result = decoder.decode(in, chars, true);
            append(escaped, chars.flip());
            chars.clear();
            if (!result.isError()) {
                return escaped.toString();
            }
            for (int i = 0; i < result.length(); i++) {
                hex(escaped, in.get() & 0xFF);
            }
            decoder.reset();
        }
    }

    static String escape(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return escape(bytes, 0, bytes.length);
    }

    /** As nearly every line is; the rest costs seven times as much. */
    private static boolean isPlain(byte[] line, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (line[i] < 0x20 || line[i] >= 0x7F || line[i] == '\\') {
                return false;
            }
        }
        return true;
    }

    private static void append(StringBuilder escaped, CharBuffer chars) {
        while (chars.hasRemaining()) {
            char c = chars.get();
            if (c == '\t') {
                escaped.append("\\t");
            } else if (c == '\\') {
                escaped.append("\\\\");
            } else if (c < 0x20 || c == 0x7F) {
                hex(escaped, c);
            } else if (c >= 0x80 && c < 0xA0) {
                // As the two bytes that it is in UTF-8.
                hex(escaped, 0xC2);
                hex(escaped, c);
            } else {
                escaped.append(c);
            }
        }
    }

    private static void hex(StringBuilder escaped, int value) {
        // a flood of such bytes must cost little
        escaped.append("\\x").append(Character.forDigit(value >> 4, 16)).append(Character.forDigit(value & 0xF, 16));
    }
}
