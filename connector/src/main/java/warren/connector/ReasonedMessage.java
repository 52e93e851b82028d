package warren.connector;

import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.coyote.ajp.AjpMessage;
import org.apache.coyote.ajp.AjpProcessor;
import org.apache.tomcat.util.buf.MessageBytes;

/**
 * The message in which Tomcat tells httpd a response's head. Tomcat gives the status's number for its reason phrase
 * too, which httpd passes on ({@code HTTP/1.1 404 404}); here it is the registered one (RFC 9110 section 15).
 * <pre>
 *   04  u16 status  string reason  u16 number of headers  headers
 * </pre>
 */
final class ReasonedMessage extends AjpMessage {
    private static final int SEND_HEADERS = 4;
    private static final Map<Integer, String> REASONS = Map.ofEntries(
        Map.entry(200, "OK"), Map.entry(201, "Created"), Map.entry(202, "Accepted"),
        Map.entry(203, "Non-Authoritative Information"), Map.entry(204, "No Content"), Map.entry(205, "Reset Content"),
        Map.entry(206, "Partial Content"), Map.entry(207, "Multi-Status"), Map.entry(300, "Multiple Choices"),
        Map.entry(301, "Moved Permanently"), Map.entry(302, "Found"), Map.entry(303, "See Other"),
        Map.entry(304, "Not Modified"), Map.entry(307, "Temporary Redirect"), Map.entry(308, "Permanent Redirect"),
        Map.entry(400, "Bad Request"), Map.entry(401, "Unauthorized"), Map.entry(402, "Payment Required"),
        Map.entry(403, "Forbidden"), Map.entry(404, "Not Found"), Map.entry(405, "Method Not Allowed"),
        Map.entry(406, "Not Acceptable"), Map.entry(408, "Request Timeout"), Map.entry(409, "Conflict"),
        Map.entry(410, "Gone"), Map.entry(411, "Length Required"), Map.entry(412, "Precondition Failed"),
        Map.entry(413, "Content Too Large"), Map.entry(414, "URI Too Long"), Map.entry(415, "Unsupported Media Type"),
        Map.entry(416, "Range Not Satisfiable"), Map.entry(417, "Expectation Failed"),
        Map.entry(422, "Unprocessable Content"), Map.entry(426, "Upgrade Required"),
        Map.entry(428, "Precondition Required"), Map.entry(429, "Too Many Requests"),
        Map.entry(431, "Request Header Fields Too Large"), Map.entry(500, "Internal Server Error"),
        Map.entry(501, "Not Implemented"), Map.entry(502, "Bad Gateway"), Map.entry(503, "Service Unavailable"),
        Map.entry(504, "Gateway Timeout"), Map.entry(507, "Insufficient Storage"));

    private boolean beginsHead;
    private int status;

    private ReasonedMessage(int packetSize) {
        super(packetSize);
    }

    /** Puts one in the place of the processor's own; Tomcat has no other way to say a reason phrase. */
    static void installInto(AjpProcessor processor, int packetSize) {
        try {
            Field field = AjpProcessor.class.getDeclaredField("responseMessage");
            field.setAccessible(true);
            field.set(processor, new ReasonedMessage(packetSize));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this Tomcat's AjpProcessor has no responseMessage", e);
        }
    }

    @Override
    public void appendByte(int value) {
        beginsHead = value == SEND_HEADERS;
        super.appendByte(value);
    }

    @Override
    public void appendInt(int value) {
        status = value;
        super.appendInt(value);
    }

    @Override
    public void appendBytes(MessageBytes text) {
        if (!beginsHead) {
            super.appendBytes(text);
            return;
        }
        beginsHead = false;
        byte[] reason = REASONS.getOrDefault(status, "Status " + status).getBytes(StandardCharsets.US_ASCII);
        MessageBytes phrase = MessageBytes.newInstance();
        phrase.setBytes(reason, 0, reason.length);
        super.appendBytes(phrase);
    }
}
