package warren.httpd;

/** Text from a configuration file made fit for one line of a terminal or log. */
final class Printable {
    private static final int LONGEST = 300;

    private Printable() { }

    static String of(String text) {
        StringBuilder safe = new StringBuilder();
        text.codePoints().limit(LONGEST).forEach(c -> {
            if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                safe.append(String.format("\\x%02x", c));
            } else {
                safe.appendCodePoint(c);
            }
        });
        return text.codePointCount(0, text.length()) > LONGEST ? safe.append('…').toString() : safe.toString();
    }
}
