package warren.httpd;

import java.util.ArrayList;
import java.util.List;

/** Takes words off a line with httpd's quotes and escapes ({@code ap_getword_conf} in httpd's server/util.c). */
final class Words {
    private final String text;
    private int at;

    Words(String text) {
        this.text = text;
        skipSpace();
    }

    static List<String> split(String text) {
        List<String> words = new ArrayList<>(4);
        for (Words left = new Words(text); left.hasNext();) {
            words.add(left.next());
        }
        return words;
    }

    static String first(String text) {
        return new Words(text).next();
    }

    /** Empty where there is none. */
    static String last(String text) {
        List<String> words = split(text);
        return words.isEmpty() ? "" : words.get(words.size() - 1);
    }

    static boolean isSpace(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }

    boolean hasNext() {
        return at < text.length();
    }

    /** The next word; empty at the end, or where {@code ""} stands. */
    String next() {
        if (!hasNext()) {
            return "";
        }
        char first = text.charAt(at);
        String word = first == '"' || first == '\'' ? quoted(first) : bare();
        skipSpace();
        return word;
    }

    String rest() {
        return text.substring(at);
    }

    private String quoted(char quote) {
        int start = ++at;
        while (at < text.length() && text.charAt(at) != quote) {
            at += escapes(at, quote) ? 2 : 1;
        }
        String word = unescape(start, Math.min(at, text.length()), quote);
        at = Math.min(at + 1, text.length());
        return word;
    }

    private boolean escapes(int i, char quote) {
        return text.charAt(i) == '\\' && i + 1 < text.length()
            && (text.charAt(i + 1) == quote || text.charAt(i + 1) == '\\');
    }

    private String bare() {
        int start = at;
        while (at < text.length() && !isSpace(text.charAt(at))) {
            at++;
        }
        return unescape(start, at, '\\');
    }

    private String unescape(int start, int end, char quote) {
        if (text.indexOf('\\', start) < 0) {
            return text.substring(start, end);
        }
        StringBuilder word = new StringBuilder(end - start);
        for (int i = start; i < end; i++) {
            if (i + 1 < end && escapes(i, quote)) {
                i++;
            }
            word.append(text.charAt(i));
        }
        return word.toString();
    }

    private void skipSpace() {
        while (at < text.length() && isSpace(text.charAt(at))) {
            at++;
        }
    }
}
