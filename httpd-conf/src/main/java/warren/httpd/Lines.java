package warren.httpd;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The logical lines of files: continued by a backslash at the end, without space around them. A file is read once,
 * however often it is included. httpd reads regular files only, and so does this.
 */
final class Lines {
    /** httpd's VARBUF_MAX_LEN (server/util.c). */
    static final int LONGEST_LINE = 16 * 1024 * 1024;
    private static final int LARGEST_FILE = 4 * LONGEST_LINE;
    private final Map<Path, List<Line>> read = new HashMap<>();

    /** @param number where it begins */
    record Line(String text, int number) { }

    /** @throws IOException where the file cannot be read or is no configuration file; the message says why */
    List<Line> of(Path file) throws IOException {
        List<Line> lines = read.get(file);
        if (lines == null) {
            lines = split(text(file));
            read.put(file, lines);
        }
        return lines;
    }

    private static String text(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException(Files.exists(file) ? "not a regular file" : "no such file");
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(LARGEST_FILE + 1);
        }
        if (bytes.length > LARGEST_FILE) {
            throw new IOException("larger than " + LARGEST_FILE + " bytes");
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            return new String(bytes, StandardCharsets.ISO_8859_1); // old files have comments in Latin-1
        }
    }

    static List<Line> split(String text) throws IOException {
        List<Line> lines = new ArrayList<>();
        StringBuilder continued = new StringBuilder();
        int number = 0;
        int first = 1;
        for (int start = 0; start < text.length();) {
            int end = text.indexOf('\n', start);
            end = end < 0 ? text.length() : end;
            number++;
            int last = end > start && text.charAt(end - 1) == '\r' ? end - 1 : end;
            boolean goesOn = last > start && text.charAt(last - 1) == '\\';
            continued.append(text, start, goesOn ? last - 1 : last);
            if (continued.length() > LONGEST_LINE) {
                throw new IOException("line " + first + " is longer than " + LONGEST_LINE + " characters");
            }
            if (!goesOn || end == text.length()) {
                lines.add(new Line(trim(continued), first));
                continued.setLength(0);
                first = number + 1;
            }
            start = end + 1;
        }
        if (!continued.isEmpty()) {
            lines.add(new Line(trim(continued), first));
        }
        return lines;
    }

    private static String trim(StringBuilder line) {
        int start = 0;
        int end = line.length();
        while (start < end && Words.isSpace(line.charAt(start))) {
            start++;
        }
        while (end > start && Words.isSpace(line.charAt(end - 1))) {
            end--;
        }
        return line.substring(start, end);
    }
}
