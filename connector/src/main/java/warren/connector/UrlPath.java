package warren.connector;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;

/**
 * A URL's path as the client sent it, made canonical once: {@code %XX} decoded (RFC 3986 section 2.1), then
 * {@code .} and {@code ..} segments resolved (section 5.2.4), as httpd does before it looks at its sections, and the
 * slashes that it begins with made one. Further empty segments are the application's to understand (PSGI says that
 * PATH_INFO keeps them). What was decoded is never decoded again. {@code ;}, {@code \} and everything else stay as they are. Each character
 * stands for one byte.
 */
final class UrlPath {
    private UrlPath() { }

    /** @throws Refusal 400 for a malformed escape, a NUL, a path above the root or one that does not begin with / */
    static String canonical(String raw) throws Refusal {
        if (raw.isEmpty() || raw.charAt(0) != '/') {
            throw bad("does not begin with /");
        }
        return resolve(decode(raw));
    }

    private static String decode(String raw) throws Refusal {
        if (raw.indexOf('%') < 0 && raw.indexOf('\0') < 0) {
            return raw;
        }
        StringBuilder decoded = new StringBuilder(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%') {
                c = escaped(raw, i + 1);
                i += 2;
            }
            if (c == '\0') {
                throw bad("has a NUL");
            }
            decoded.append(c);
        }
        return decoded.toString();
    }

    private static char escaped(String raw, int at) throws Refusal {
        boolean whole = at + 1 < raw.length()
            && HexFormat.isHexDigit(raw.charAt(at)) && HexFormat.isHexDigit(raw.charAt(at + 1));
        if (!whole) {
            throw bad("has a malformed escape");
        }
        return (char) HexFormat.fromHexDigits(raw, at, at + 2);
    }

    private static String resolve(String path) throws Refusal {
        if (!path.contains("//") && !path.contains("/.")) {
            return path;
        }
        Deque<String> kept = new ArrayDeque<>();
        String[] segments = path.split("/", -1);
        for (int i = 1; i < segments.length; i++) {
            if (segments[i].equals("..")) {
                if (kept.pollLast() == null) {
                    throw bad("leads above the root");
                }
            } else if (!segments[i].equals(".") && !(segments[i].isEmpty() && kept.isEmpty())) {
                kept.addLast(segments[i]);
            }
        }
        String last = segments[segments.length - 1];
        boolean dotted = last.equals(".") || last.equals("..");
        return "/" + String.join("/", kept) + (dotted && !kept.isEmpty() ? "/" : "");
    }

    private static Refusal bad(String what) {
        return Refusal.of(400, "the request's path " + what);
    }
}
