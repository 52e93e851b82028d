package warren.pool;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The head of a CGI response (RFC 3875 section 6) from a stranger: bounded, and every name and value checked, so that
 * nothing in it can become another header or another response. Lines end in LF or CRLF. A {@code Location} without a
 * Status is a redirect by the client (302), also where it is a path: we have no redirect inside the server.
 */
final class ResponseHeadParser {
    static final int MOST_BYTES = 64 * 1024;
    private static final int MOST_LINES = 200;
    private static final int FOUND = 302;
    private static final String PRIVATE = "warren-";

    private final List<Header> headers = new ArrayList<>();
    private final Map<String, String> privateHeaders = new HashMap<>();
    private byte[] bytes = new byte[512];
    private int length;
    private int lineStart;
    private int lines;
    private boolean complete;
    private int status;
    private Optional<String> reason = Optional.empty();
    private Optional<String> contentLength = Optional.empty();
    private boolean hasLocation;

    /** Takes bytes up to the end of the head; how many of them belonged to it. */
    int take(byte[] source, int offset, int count) throws ProtocolBroken {
        for (int i = 0; i < count; i++) {
            if (length == MOST_BYTES) {
                throw new ProtocolBroken("a head of more than 64 KB");
            }
            if (length == bytes.length) {
                bytes = Arrays.copyOf(bytes, 2 * length);
            }
            bytes[length++] = source[offset + i];
            if (source[offset + i] == '\n') {
                endLine();
                if (complete) {
                    return i + 1;
                }
            }
        }
        return count;
    }

    boolean isComplete() {
        return complete;
    }

    /** The value of one of the runtime's own headers, {@code warren-…} in lower case. */
    Optional<String> privateHeader(String name) {
        return Optional.ofNullable(privateHeaders.get(name));
    }

    /** All of it, once it is complete. */
    ResponseHead head() throws ProtocolBroken {
        Optional<String> failure = privateHeader("warren-failure").filter(kind -> kind.matches("[a-z0-9-]{1,64}"));
        if (headers.isEmpty() && status == 0 && contentLength.isEmpty() && privateHeaders.isEmpty()) {
            throw new ProtocolBroken("a response without a header, expected at least a Content-Type, Location or Status");
        }
        int known = status != 0 ? status : hasLocation ? FOUND : 200;
        if (known != 204 && known != 304) {
            contentLength.ifPresent(value -> headers.add(new Header("Content-Length", value)));
        }
        return new ResponseHead(known, reason, headers, failure);
    }

    private void endLine() throws ProtocolBroken {
        int end = length - 1;
        if (end > lineStart && bytes[end - 1] == '\r') {
            end--;
        }
        if (end == lineStart) {
            complete = true;
            return;
        }
        if (++lines > MOST_LINES) {
            throw new ProtocolBroken("a head of more than " + MOST_LINES + " lines");
        }
        takeLine(new String(bytes, lineStart, end - lineStart, StandardCharsets.ISO_8859_1));
        lineStart = length;
    }

    private void takeLine(String line) throws ProtocolBroken {
        int colon = line.indexOf(':');
        if (colon < 1 || !HeaderSyntax.isToken(line.substring(0, colon))) {
            throw new ProtocolBroken("a line of the head that does not begin with a header's name and a colon");
        }
        String name = line.substring(0, colon);
        String value = trim(line.substring(colon + 1));
        if (!HeaderSyntax.isValue(value)) {
            throw new ProtocolBroken("a control character in the header " + name);
        }
        String key = name.toLowerCase(Locale.ROOT);
        switch (key) {
            case "status" -> takeStatus(value);
            case "content-length" -> takeContentLength(value);
            default -> keep(key, name, value);
        }
    }

    private void keep(String key, String name, String value) {
        if (key.startsWith(PRIVATE)) {
            privateHeaders.put(key, value);
        } else if (!HeaderSyntax.isHopByHop(key)) {
            hasLocation |= key.equals("location");
            headers.add(new Header(name, value));
        }
    }

    private void takeStatus(String value) throws ProtocolBroken {
        // (?s): to a regular expression the byte 0x85 ends a line
        if (status != 0 || !value.matches("(?s)[2-5][0-9]{2}([ \t].*)?")) {
            throw new ProtocolBroken("a second Status, or one that is not 200 to 599");
        }
        status = Integer.parseInt(value.substring(0, 3));
        reason = Optional.of(trim(value.substring(3))).filter(text -> !text.isEmpty());
    }

    private void takeContentLength(String value) throws ProtocolBroken {
        if (contentLength.isPresent() || !value.matches("[0-9]{1,18}")) {
            throw new ProtocolBroken("a second Content-Length, or one that is not a number of bytes");
        }
        contentLength = Optional.of(value);
    }

    /** Optional white space is space and tab only (RFC 9110 section 5.6.3); strip() would take controls with it. */
    private static String trim(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && (text.charAt(start) == ' ' || text.charAt(start) == '\t')) {
            start++;
        }
        while (end > start && (text.charAt(end - 1) == ' ' || text.charAt(end - 1) == '\t')) {
            end--;
        }
        return text.substring(start, end);
    }
}
