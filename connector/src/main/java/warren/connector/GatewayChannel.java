package warren.connector;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.SocketBufferHandler;

/**
 * A connection from httpd, with three habits that save most of what a request costs. A response's head, body and end,
 * which Tomcat writes one by one, go out together. Where nothing has come yet, the thread waits a moment for it here
 * before it hands the connection to Tomcat's poller, which costs two changes of thread. And several pieces of a
 * request's body are asked for at a time, so that httpd need not wait for an ask after each of them.
 *
 * <p>It follows the packets that are written ({@code 'A' 'B' u16 length u8 type}): a head and a piece of a body may wait
 * for what follows; an empty piece, which is how AJP flushes, an end, and an ask for more of the request's body go out
 * at once, after all that waits.
 */
final class GatewayChannel extends NioChannel {
    private static final int HEADER_BYTES = 4;
    private static final int SEND_BODY_CHUNK = 3;
    private static final int SEND_HEADERS = 4;
    private static final int GET_BODY_CHUNK = 6;
    /** Pieces of a request's body that are under way at most; a Unix socket holds them all. */
    private static final int MOST_ASKED = 4;
    /** Of a packet with a piece of a body: its header and the piece's length. */
    private static final int OVERHEAD_BYTES = 6;
    private static final int HELD_BYTES = 16 * 1024;
    private static final long PATIENCE_MILLIS = 50;
    /** Buffers that hold nothing now; there are as many as connections ever held something at the same time. */
    private static final Queue<ByteBuffer> FREE = new ConcurrentLinkedQueue<>();

    private final int mostPieceBytes;
    private Optional<ByteBuffer> held = Optional.empty();
    private Optional<Selector> selector = Optional.empty();
    private int packetLeft;
    private boolean mayWait;
    private boolean httpdSpeaksNext;
    private long bodyLeft;
    private int askedAhead;

    /** @param packetBytes the longest that a packet may be */
    GatewayChannel(SocketBufferHandler buffers, int packetBytes) {
        super(buffers);
        this.mostPieceBytes = packetBytes - OVERHEAD_BYTES;
    }

    /**
     * How much of the request's body Tomcat has not given yet; 0 where that is not known. Only as many pieces are asked
     * for as it is certain to have: an ask for one more is an error to httpd.
     */
    void expectBody(long left) {
        bodyLeft = left;
    }

    /** Pieces of the body that come although Tomcat has not asked for them yet. */
    int askedAhead() {
        return askedAhead;
    }

    @Override
    public void reset(SocketChannel channel, NioEndpoint.NioSocketWrapper wrapper) throws IOException {
        forget();
        super.reset(channel, wrapper);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        checkInterruptStatus();
        int before = source.remaining();
        boolean going = true;
        while (going && source.hasRemaining()) {
            if (packetLeft == 0) {
                beginPacket(source);
            }
            int end = source.limit();
            source.limit(Math.min(end, source.position() + packetLeft));
            int count = source.remaining();
            going = count == 0 || mayWait && hold(source) || writeThrough(source);
            packetLeft -= count - source.remaining();
            source.limit(end);
            httpdSpeaksNext = packetLeft == 0 && !mayWait;
        }
        return before - source.remaining();
    }

    private void beginPacket(ByteBuffer source) {
        int at = source.position();
        if (source.remaining() <= HEADER_BYTES) {
            throw new IllegalStateException("Tomcat writes a packet's header by itself");
        }
        packetLeft = HEADER_BYTES + (source.getShort(at + 2) & 0xffff);
        int type = source.get(at + HEADER_BYTES);
        if (type == GET_BODY_CHUNK) {
            ask(source);
        }
        boolean flush = type == SEND_BODY_CHUNK && source.getShort(at + HEADER_BYTES + 1) == 0;
        mayWait = type == SEND_HEADERS || type == SEND_BODY_CHUNK && !flush;
    }

    /** Asks are all alike: one of Tomcat's that went ahead is skipped, and else more of them go before it. */
    private void ask(ByteBuffer source) {
        if (askedAhead > 0) {
            askedAhead--;
            source.position(source.position() + packetLeft);
            packetLeft = 0;
            return;
        }
        long pieces = Math.min(MOST_ASKED, (bodyLeft + mostPieceBytes - 1) / mostPieceBytes);
        ByteBuffer one = source.slice(source.position(), packetLeft);
        while (askedAhead < pieces - 1 && hold(one.duplicate())) {
            askedAhead++;
        }
    }

    private boolean hold(ByteBuffer source) {
        if (held.isEmpty()) {
            ByteBuffer free = FREE.poll();
            held = Optional.of(free == null ? ByteBuffer.allocateDirect(HELD_BYTES) : free);
        }
        if (held.get().remaining() < source.remaining()) {
            return false;
        }
        held.get().put(source);
        return true;
    }

    /** What is held, and then this; false where httpd does not take all of it now, and Tomcat must wait for it. */
    private boolean writeThrough(ByteBuffer source) throws IOException {
        if (held.isEmpty()) {
            sc.write(source);
            return !source.hasRemaining();
        }
        ByteBuffer before = held.get().flip();
        sc.write(new ByteBuffer[] {before, source});
        boolean all = !before.hasRemaining();
        before.compact();
        if (all) {
            release();
        }
        return all && !source.hasRemaining();
    }

    private void release() {
        held.ifPresent(buffer -> FREE.add(buffer.clear()));
        held = Optional.empty();
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        int count = httpdSpeaksNext ? 0 : super.read(target);
        httpdSpeaksNext = false;
        if (count == 0) {
            awaitReadable();
            count = super.read(target);
        }
        return count;
    }

    private void awaitReadable() throws IOException {
        try {
            if (selector.isEmpty()) {
                selector = Optional.of(Selector.open());
                sc.register(selector.get(), SelectionKey.OP_READ);
            }
            if (selector.get().select(ready -> { }, PATIENCE_MILLIS) == 0) {
                closeSelector();
            }
        } catch (ClosedSelectorException closed) {
            // The read that follows says so.
        }
    }

    @Override
    public void close() throws IOException {
        forget();
        super.close();
    }

    @Override
    public void free() {
        forget();
        super.free();
    }

    private void forget() {
        release();
        packetLeft = 0;
        httpdSpeaksNext = false;
        bodyLeft = 0;
        askedAhead = 0;
        closeSelector();
    }

    /** It has two descriptors: httpd keeps many connections, and an idle one shall have no more than its socket. */
    private void closeSelector() {
        Optional<Selector> before = selector;
        selector = Optional.empty();
        before.ifPresent(GatewayChannel::close);
    }

    private static void close(Selector selector) {
        try {
            selector.close();
        } catch (IOException gone) {
            // There is nothing left of it either way.
        }
    }
}
