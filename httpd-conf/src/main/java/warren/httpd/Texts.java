package warren.httpd;

import java.util.HashMap;
import java.util.Map;

/** Keeps one of equal texts: ten thousand virtual hosts say most things alike. What comes first comes most often. */
final class Texts {
    private static final int MOST = 8192;
    private final Map<String, String> kept = new HashMap<>();

    /** This text, or an equal one that came before. */
    String one(String text) {
        String before = kept.get(text);
        if (before == null && kept.size() < MOST) {
            kept.put(text, text);
        }
        return before == null ? text : before;
    }
}
