package warren.connector;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * Whatever a client calls a path: canonical, or 400. A canonical path has no NUL and no dot segment, begins with one
 * slash, is what a second reading of RFC 3986 makes of it, and stays as it is when it is escaped and read again.
 */
public final class UrlPathTarget {
    private static final Pattern MALFORMED = Pattern.compile("(?s)[^/].*||.*(?:\0|%00).*|.*%(?![0-9A-Fa-f]{2}).*");
    private static final Pattern DOT = Pattern.compile("/\\.(?=/|\\z)");
    private static final Pattern UP = Pattern.compile("(?s)/(?!\\.\\.?(?:/|\\z))[^/]*/\\.\\.(?=/|\\z)");

    private UrlPathTarget() { }

    public static void fuzzerTestOneInput(byte[] bytes) {
        String raw = new String(bytes, StandardCharsets.ISO_8859_1);
        String told = canonical(raw);
        String expected = MALFORMED.matcher(raw).matches() ? "400" : resolved(decoded(raw));
        if (!told.equals(expected)) {
            throw new AssertionError("\"" + told + "\", expected \"" + expected + "\"");
        }
        if (!told.equals("400")) {
            requireSafe(told);
        }
    }

    private static String canonical(String raw) {
        try {
            return UrlPath.canonical(raw);
        } catch (Refusal e) {
            return Integer.toString(e.status());
        }
    }

    private static void requireSafe(String path) {
        boolean safe = path.startsWith("/") && !path.startsWith("//") && path.indexOf('\0') < 0
            && !path.matches("(?s).*/\\.\\.?(?:/.*)?");
        if (!safe || !canonical(escaped(path)).equals(path)) {
            throw new AssertionError("let through: \"" + path + "\"");
        }
    }

    private static String decoded(String raw) {
        return Pattern.compile("%(..)").matcher(raw).replaceAll(escape ->
            java.util.regex.Matcher.quoteReplacement("" + (char) Integer.parseInt(escape.group(1), 16)));
    }

    /** By replacing until nothing is left to replace. A dot segment at the end leaves its slash. */
    private static String resolved(String path) {
        String left = path;
        boolean dotted = path.matches("(?s).*/\\.\\.?");
        for (String before = ""; !before.equals(left); ) {
            before = left;
            left = DOT.matcher(left).replaceFirst("");
            left = left.replaceFirst("\\A/+(?=/)", "");
            if (left.equals(before)) {
                left = UP.matcher(left).replaceFirst("");
            }
        }
        if (left.matches("(?s)/\\.\\.(?:/.*)?")) {
            return "400";
        }
        return left.isEmpty() || dotted && !left.equals("/") ? left + "/" : left;
    }

    private static String escaped(String path) {
        StringBuilder escaped = new StringBuilder();
        for (char c : path.toCharArray()) {
            escaped.append(c == '/' ? "/" : String.format("%%%02x", (int) c));
        }
        return escaped.toString();
    }
}
