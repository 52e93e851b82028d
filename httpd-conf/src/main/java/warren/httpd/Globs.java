package warren.httpd;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** httpd's wildcards (apr_fnmatch) as regular expressions. A star never crosses a slash. */
final class Globs {
    private Globs() { }

    /** A pattern for one name or for a path; one that is not well formed matches nothing. */
    static Pattern name(String glob) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            int end = c == '[' ? glob.indexOf(']', i + 2) : -1;
            if (c == '*') {
                regex.append("[^/]*");
            } else if (c == '?') {
                regex.append("[^/]");
            } else if (end > 0) {
                regex.append(bracket(glob.substring(i + 1, end)));
                i = end;
            } else {
                i += c == '\\' && i + 1 < glob.length() ? 1 : 0;
                regex.append(Pattern.quote(String.valueOf(glob.charAt(i))));
            }
        }
        try {
            return Pattern.compile(regex.toString(), Pattern.DOTALL);
        } catch (PatternSyntaxException e) {
            return Pattern.compile("(?!)");
        }
    }

    private static String bracket(String inside) {
        boolean not = inside.startsWith("!") || inside.startsWith("^");
        String set = (not ? inside.substring(1) : inside).replaceAll("([\\\\\\[\\]&^])", "\\\\$1");
        return "[" + (not ? "^/" : "") + set + "]";
    }
}
