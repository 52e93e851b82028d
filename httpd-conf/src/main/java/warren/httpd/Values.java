package warren.httpd;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The forms that values of our directives have. */
final class Values {
    static final String NAME = "1 to 128 of [A-Za-z0-9._-], a letter or digit first, no \"..\"";
    static final String DURATION = "a time such as 30, 30s, 500ms, 5min or 1h, more than 0 and at most a day";
    static final String SIZE = "a number of bytes such as 65536, 64K, 256M or 2G, at most 1048576G";
    private static final Pattern BYTES = Pattern.compile("([0-9]{1,16})([KMG]?)");
    private static final long MOST_BYTES = 1L << 50;
    private static final Pattern HOST_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
    private static final Pattern TIME = Pattern.compile("([0-9]{1,9})(ms|s|min|h|)");
    private static final Pattern URL_PATH = Pattern.compile("/|(/(?!\\.{1,2}(/|$))[A-Za-z0-9._~-]+)+");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,10}");
    private static final Pattern WORD = Pattern.compile("[a-z][a-z0-9-]{0,63}");

    private Values() { }

    static boolean isName(String value) {
        return HOST_NAME.matcher(value).matches() && !value.contains("..");
    }

    static boolean isWord(String value) {
        return WORD.matcher(value).matches();
    }

    static boolean isNumber(String value, long least, long most) {
        return NUMBER.matcher(value).matches() && Long.parseLong(value) >= least && Long.parseLong(value) <= most;
    }

    /** A plain number is seconds, as in httpd. */
    static Optional<Duration> duration(String value) {
        Matcher time = TIME.matcher(value);
        if (!time.matches()) {
            return Optional.empty();
        }
        long number = Long.parseLong(time.group(1));
        Duration duration = switch (time.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "min" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofSeconds(number);
        };
        return Optional.of(duration).filter(d -> !d.isZero() && d.compareTo(Duration.ofDays(1)) <= 0);
    }

    /** K, M and G are powers of 1024. */
    static OptionalLong bytes(String value) {
        Matcher size = BYTES.matcher(value);
        if (!size.matches()) {
            return OptionalLong.empty();
        }
        int shift = switch (size.group(2)) {
            case "K" -> 10;
            case "M" -> 20;
            case "G" -> 30;
            default -> 0;
        };
        long number = Long.parseLong(size.group(1));
        return number > MOST_BYTES >> shift ? OptionalLong.empty() : OptionalLong.of(number << shift);
    }

    static boolean isUrlPath(String value) {
        return URL_PATH.matcher(value).matches();
    }

    /** The root is {@code ""}. */
    static String route(String urlPath) {
        return urlPath.equals("/") ? "" : urlPath;
    }

    /** Whether a route takes a path: itself and everything below. */
    static boolean covers(String route, String path) {
        return path.startsWith(route) && (path.length() == route.length() || path.charAt(route.length()) == '/');
    }

    /** An absolute path that says what it means: no {@code ..}, no control characters. */
    static boolean isAbsolutePath(String value) {
        return value.startsWith("/") && value.chars().noneMatch(Character::isISOControl)
            && Path.of(value).equals(Path.of(value).normalize());
    }
}
