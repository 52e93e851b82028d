package warren.connector;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * A URL's path as the client sent it, made canonical once: {@code %XX} decoded (RFC 3986 section 2.1), then empty,
 * {@code .} and {@code ..} segments resolved (section 5.2.4), as httpd does before it looks at its sections. What
 * was decoded is never decoded again. {@code ;}, {@code \} and everything else stay as they are. Each character
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
        int high = at + 1 < raw.length() ? Character.digit(raw.charAt(at), 16) : -1;
        int low = high < 0 ? -1 : Character.digit(raw.charAt(at + 1), 16);
        if (low < 0) {
            throw bad("has a malformed escape");
        }
        return (char) (high << 4 | low);
    }

    private static String resolve(String path) throws Refusal {
        if (!path.contains("//") && !path.contains("/.")) {
            return path;
        }
        Deque<String> kept = new ArrayDeque<>();
        String[] segments = path.split("/", -1);
        for (String segment : segments) {
            if (segment.equals("..")) {
                if (kept.pollLast() == null) {
                    throw bad("leads above the root");
                }
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                kept.addLast(segment);
            }
        }
        String last = segments[segments.length - 1];
        boolean directory = last.isEmpty() || last.equals(".") || last.equals("..");
        return join(kept, directory);
    }

    private static String join(Deque<String> segments, boolean directory) {
        StringBuilder path = new StringBuilder();
        for (Iterator<String> each = segments.iterator(); each.hasNext();) {
            path.append('/').append(each.next());
        }
        if (directory) {
            path.append('/');
        }
        return path.toString();
    }

    private static Refusal bad(String what) {
        return Refusal.of(400, "the request's path " + what);
    }
}
