package warren.pool;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The head of a CGI response (RFC 3875 section 6) from a stranger: bounded, and every name and value checked, so that
 * nothing in it can become another header or another response. Lines end in LF or CRLF.
 */
final class ResponseHeadParser {
    static final int MOST_BYTES = 64 * 1024;
    private static final int MOST_LINES = 200;
    private static final int FOUND = 302;
    /** RFC 9110 section 7.6.1, and what would contradict our own framing. */
    private static final Set<String> HOP_BY_HOP = Set.of("connection", "keep-alive", "proxy-authenticate",
        "proxy-authorization", "proxy-connection", "te", "trailer", "upgrade");
    private static final String PRIVATE = "warren-";
    private static final String FAILURE = "warren-failure";

    private final List<Header> headers = new ArrayList<>();
    private Optional<String> failure = Optional.empty();
    private int status;
    private boolean hasLength;
    private boolean hasLocation;

    private ResponseHeadParser() { }

    /**
     * @param bytes what has come so far
     * @param count how much of it there is
     * @return where the body begins: after the first empty line; -1 where that has not come yet
     */
    static int endOfHead(byte[] bytes, int count) {
        for (int i = 0; i < count; i++) {
            if (bytes[i] == '\n') {
                int next = i + 1 < count && bytes[i + 1] == '\r' ? i + 2 : i + 1;
                if (next < count && bytes[next] == '\n') {
                    return next + 1;
                }
                if (i == 0 || i == 1 && bytes[0] == '\r') {
                    return i + 1;
                }
            }
        }
        return -1;
    }

    /** @param length of the head with its empty line */
    static ResponseHead parse(byte[] bytes, int length) throws ProtocolBroken {
        ResponseHeadParser parser = new ResponseHeadParser();
        String[] lines = new String(bytes, 0, length, StandardCharsets.ISO_8859_1).split("\r?\n", -1);
        if (lines.length > MOST_LINES) {
            throw new ProtocolBroken("a response's head of " + lines.length + " lines, expected at most " + MOST_LINES);
        }
        for (String line : lines) {
            if (!line.isEmpty()) {
                parser.take(line);
            }
        }
        return parser.head();
    }

    private ResponseHead head() throws ProtocolBroken {
        if (headers.isEmpty() && status == 0 && failure.isEmpty()) {
            throw new ProtocolBroken("a response without a header, expected at least a Content-Type, Location or Status");
        }
        int known = status != 0 ? status : hasLocation ? FOUND : 200;
        return new ResponseHead(known, Optional.empty(), headers, failure);
    }

    private void take(String line) throws ProtocolBroken {
        int colon = line.indexOf(':');
        if (colon < 1 || !isToken(line, colon)) {
            throw new ProtocolBroken("a line of the response's head that does not begin with a header's name and a colon");
        }
        String name = line.substring(0, colon);
        String value = line.substring(colon + 1).strip();
        requireVisible(name, value);
        String key = name.toLowerCase(Locale.ROOT);
        switch (key) {
            case "status" -> status = status(value);
            case "content-length" -> contentLength(value);
            case "transfer-encoding" -> throw new ProtocolBroken("a Transfer-Encoding, which is not the interpreter's to choose");
            case FAILURE -> failure = Optional.of(value);
            default -> keep(key, name, value);
        }
    }

    private void keep(String key, String name, String value) {
        hasLocation |= key.equals("location");
        if (!HOP_BY_HOP.contains(key) && !key.startsWith(PRIVATE)) {
            headers.add(new Header(name, value));
        }
    }

    private int status(String value) throws ProtocolBroken {
        if (status != 0 || !value.matches("[2-5][0-9]{2}( .*)?")) {
            throw new ProtocolBroken("a second Status, or one that is not 200 to 599");
        }
        return Integer.parseInt(value.substring(0, 3));
    }

    private void contentLength(String value) throws ProtocolBroken {
        if (hasLength || !value.matches("[0-9]{1,18}")) {
            throw new ProtocolBroken("a second Content-Length, or one that is not a number of bytes");
        }
        hasLength = true;
        headers.add(new Header("Content-Length", value));
    }

    /** tchar of RFC 9110 section 5.6.2. */
    private static boolean isToken(String line, int end) {
        for (int i = 0; i < end; i++) {
            char c = line.charAt(i);
            boolean alphanumeric = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!alphanumeric && "!#$%&'*+-.^_`|~".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    private static void requireVisible(String name, String value) throws ProtocolBroken {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' && c != '\t' || c == 0x7f) {
                throw new ProtocolBroken("a control character in the header " + name);
            }
        }
    }

    /** The value of one of the runtime's private headers in a head of its own making; for hello. */
    static Optional<String> privateHeader(byte[] bytes, int length, String name) {
        for (String line : new String(bytes, 0, length, StandardCharsets.ISO_8859_1).split("\r?\n")) {
            int colon = line.indexOf(':');
            if (colon > 0 && line.substring(0, colon).equalsIgnoreCase(name)) {
                return Optional.of(line.substring(colon + 1).strip());
            }
        }
        return Optional.empty();
    }
}
