package warren.pool;

import java.io.IOException;
import java.util.Optional;

/**
 * One response on its way from the interpreter's STDOUT to the client: the head once it is whole, then the body within
 * the head's own length. Once the client has failed nothing is handed to it any more, but what comes is still checked.
 */
final class Response {
    private static final long UNKNOWN = Long.MAX_VALUE;
    private final Exchange exchange;
    private final boolean toHead;
    private final ResponseHeadParser parser = new ResponseHeadParser();
    private Optional<IOException> clientFailure = Optional.empty();
    private boolean headTaken;
    private boolean bodyDropped;
    private boolean surplus;
    private boolean unflushed;
    private boolean silent = true;
    private long bodyLeft = UNKNOWN;

    Response(Exchange exchange) {
        this.exchange = exchange;
        this.toHead = "HEAD".equals(exchange.parameters().get("REQUEST_METHOD"));
    }

    /** The interpreter has said something, whatever it was. */
    void heard() {
        silent = false;
    }

    void take(byte[] bytes, int offset, int length) throws ProtocolBroken {
        int used = 0;
        if (!parser.isComplete()) {
            used = parser.take(bytes, offset, length);
            if (parser.isComplete()) {
                takeHead(parser.head());
            }
        }
        if (parser.isComplete() && used < length) {
            takeBody(bytes, offset + used, length - used);
        }
    }

    private void takeHead(ResponseHead head) {
        // RFC 3875 section 4.3.3 and RFC 9110 sections 15.3.5, 15.4.5: a body is dropped, not an offence.
        bodyDropped = toHead || head.isWithoutBody();
        if (!bodyDropped) {
            bodyLeft = head.contentLength().orElse(UNKNOWN);
        }
        headTaken = true;
        unflushed = true;
        tell(() -> exchange.head(head));
    }

    private void takeBody(byte[] bytes, int offset, int length) {
        if (bodyDropped) {
            return;
        }
        int count = (int) Math.min(length, bodyLeft);
        surplus |= count < length;
        if (count > 0) {
            bodyLeft -= bodyLeft == UNKNOWN ? 0 : count;
            unflushed = true;
            tell(() -> exchange.write(bytes, offset, count));
        }
    }

    /** The interpreter pauses. */
    void flush() {
        unflushed = false;
        tell(exchange::flush);
    }

    /** The interpreter's request has ended. */
    void end() throws ProtocolBroken {
        if (!parser.isComplete()) {
            throw new ProtocolBroken("no whole head before the end of its response");
        }
        if (bodyLeft != UNKNOWN && bodyLeft > 0) {
            throw new ProtocolBroken("a body that is " + bodyLeft + " bytes shorter than its Content-Length");
        }
    }

    private interface Telling {
        void run() throws IOException;
    }

    private void tell(Telling telling) {
        if (clientFailure.isPresent()) {
            return;
        }
        try {
            telling.run();
        } catch (IOException e) {
            clientFailure = Optional.of(e);
        }
    }

    Optional<IOException> clientFailure() {
        return clientFailure;
    }

    boolean hasUnflushed() {
        return unflushed && clientFailure.isEmpty();
    }

    boolean headTaken() {
        return headTaken;
    }

    /** Whether not a byte of it has come. */
    boolean isSilent() {
        return silent;
    }

    /** Whether there was more body than the head said; it was cut. */
    boolean hasSurplus() {
        return surplus;
    }

    /** One of the runtime's own headers. */
    Optional<String> privateHeader(String name) {
        return parser.privateHeader(name);
    }
}
