package warren.pool;

import java.util.Locale;
import java.util.Set;

/** What may stand in a response's header (RFC 9110 sections 5.5, 5.6.2 and 7.6.1). Each character is one byte. */
final class HeaderSyntax {
    /** Framing and connection are ours and httpd's business, never an interpreter's. */
    private static final Set<String> HOP_BY_HOP =
        Set.of("connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade");
    private static final boolean[] TOKEN = new boolean[128];

    static {
        for (char c : "!#$%&'*+-.^_`|~".toCharArray()) {
            TOKEN[c] = true;
        }
        for (char c = '0'; c <= 'z'; c++) {
            TOKEN[c] |= Character.isLetterOrDigit(c);
        }
    }

    private HeaderSyntax() { }

    static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= TOKEN.length || !TOKEN[c]) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    static boolean isValue(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' && c != '\t' || c == 127 || c > 255) {
                return false;
            }
        }
        return true;
    }

    static boolean isHopByHop(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return HOP_BY_HOP.contains(lower) || lower.startsWith("proxy-");
    }
}
