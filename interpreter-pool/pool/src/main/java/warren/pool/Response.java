package warren.pool;

import java.util.Optional;

/**
 * One response out of the interpreter's STDOUT: the head once it is whole, then the body within the head's own length,
 * checked and handed to the {@link Delivery}.
 */
final class Response {
    private static final long UNKNOWN = Long.MAX_VALUE;
    private final Delivery delivery;
    private final boolean toHead;
    private final long most;
    private final ResponseHeadParser parser = new ResponseHeadParser();
    private boolean bodyDropped;
    private boolean surplus;
    private boolean silent = true;
    private long bodyLeft = UNKNOWN;
    private long length;

    /**
     * @param toHead of a HEAD request: whatever body it has is dropped
     * @param most how long its body may be; 0 is without limit
     */
    Response(Delivery delivery, boolean toHead, long most) {
        this.delivery = delivery;
        this.toHead = toHead;
        this.most = most == 0 ? UNKNOWN : most;
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

    private void requireLength(long bytes) throws ProtocolBroken {
        if (bytes > most) {
            throw new ProtocolBroken("a response of more than " + most + " bytes (WarrenResponseMax)");
        }
    }

    private void takeHead(ResponseHead head) throws ProtocolBroken {
        // RFC 3875 section 4.3.3 and RFC 9110 sections 15.3.5, 15.4.5: a body is dropped, not an offence.
        bodyDropped = toHead || head.isWithoutBody();
        if (!bodyDropped) {
            bodyLeft = head.contentLength().orElse(UNKNOWN);
            requireLength(bodyLeft == UNKNOWN ? 0 : bodyLeft);
        }
        delivery.head(head);
    }

    private void takeBody(byte[] bytes, int offset, int available) throws ProtocolBroken {
        if (bodyDropped) {
            return;
        }
        int count = (int) Math.min(available, bodyLeft);
        surplus |= count < available;
        length += count;
        requireLength(length);
        if (count > 0) {
            bodyLeft -= bodyLeft == UNKNOWN ? 0 : count;
            delivery.body(bytes, offset, count);
        }
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
