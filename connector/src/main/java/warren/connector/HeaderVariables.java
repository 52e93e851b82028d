package warren.connector;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A header's name as the name of its variable: {@code HTTP_} and the name in upper case with {@code _} for {@code -} (RFC
 * 3875 section 4.1.18).
 */
final class HeaderVariables {
    private static final String PREFIX = "HTTP_";
    /** As Tomcat names those that AJP sends as numbers, and browsers some others: each request has several. */
    private static final Map<String, String> USUAL = Stream.of("accept", "accept-charset", "accept-encoding",
            "accept-language", "authorization", "connection", "content-type", "content-length", "cookie", "host",
            "pragma", "referer", "user-agent", "Cache-Control", "Upgrade-Insecure-Requests", "Sec-Fetch-Dest",
            "Sec-Fetch-Mode", "Sec-Fetch-Site", "Sec-Fetch-User", "Priority", "Origin", "If-None-Match",
            "If-Modified-Since", "X-Forwarded-For")
        .collect(Collectors.toUnmodifiableMap(Function.identity(), HeaderVariables::spell));

    private HeaderVariables() { }

    /** Empty where the header has none: its name has another character than a letter, a digit or {@code -}. */
    static String of(String header) {
        String usual = USUAL.get(header);
        return usual == null ? spell(header) : usual;
    }

    /** {@code _} is missing on purpose: {@code X_Auth} and {@code X-Auth} would be one variable. */
    private static String spell(String header) {
        StringBuilder variable = new StringBuilder(PREFIX.length() + header.length()).append(PREFIX);
        for (int i = 0; i < header.length(); i++) {
            char c = header.charAt(i);
            if (c >= 'a' && c <= 'z') {
                variable.append((char) (c - 'a' + 'A'));
            } else if (c == '-') {
                variable.append('_');
            } else if (c >= 'A' && c <= 'Z' || c >= '0' && c <= '9') {
                variable.append(c);
            } else {
                return "";
            }
        }
        return header.isEmpty() ? "" : variable.toString();
    }
}
