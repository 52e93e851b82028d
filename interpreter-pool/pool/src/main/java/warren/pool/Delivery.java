package warren.pool;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/**
 * One response on its way to its client. What the client has not taken is spooled, so that an interpreter need not
 * wait for it. Once the client has failed nothing is handed to it any more. A disk that takes nothing costs time and
 * no bytes: the interpreter then waits for the client.
 */
final class Delivery implements Closeable {
    private final Exchange exchange;
    private final Spool spool;
    private Optional<ResponseHead> head = Optional.empty();
    private Optional<IOException> failure = Optional.empty();
    private boolean begun;
    private boolean unflushed;

    Delivery(Exchange exchange, SpoolSpace space) {
        this.exchange = exchange;
        this.spool = new Spool(space);
    }

    void head(ResponseHead given) {
        head = Optional.of(given);
    }

    /** A piece of the body; the array is used again after the call. */
    void body(byte[] bytes, int offset, int count) {
        if (failure.isPresent()) {
            return;
        }
        try {
            spool.add(bytes, offset, count);
        } catch (IOException disk) {
            handOverAll();
            tell(() -> exchange.write(bytes, offset, count));
        }
    }

    /** Whether another reading of the interpreter fits. */
    boolean hasRoom() {
        return failure.isPresent() || spool.left() == 0 || spool.hasRoomFor(RecordReader.BUFFER_BYTES);
    }

    /** Whether anything has not been handed to the client. */
    boolean isWaiting() {
        return failure.isEmpty() && (head.isPresent() || spool.left() > 0);
    }

    /** Whether there is enough to be handed over before the interpreter pauses. */
    boolean isPlenty() {
        return failure.isEmpty() && spool.left() >= Spool.IN_MEMORY_BYTES / 2;
    }

    /** Whether the client may not have got all yet that was handed over. */
    boolean isUnflushed() {
        return unflushed && failure.isEmpty();
    }

    /** Hands the next piece over; waits for the client where it does not take it at once. */
    void handOver() {
        begin();
        if (failure.isEmpty() && spool.left() > 0) {
            tell(() -> spool.give(exchange::write));
            unflushed = true;
        }
        if (spool.length() > 0 && spool.left() == 0) {
            tell(spool::clear);
        }
    }

    private void begin() {
        if (head.isPresent()) {
            ResponseHead first = head.get();
            head = Optional.empty();
            begun = true;
            unflushed = true;
            tell(() -> exchange.head(first));
        }
    }

    private void handOverAll() {
        while (isWaiting()) {
            handOver();
        }
    }

    void flush() {
        unflushed = false;
        tell(exchange::flush);
    }

    /** Hands over all that is left, once no interpreter waits any more. */
    void finish() throws IOException {
        handOverAll();
        requireClient();
    }

    private interface Telling {
        void run() throws IOException;
    }

    private void tell(Telling telling) {
        if (failure.isPresent()) {
            return;
        }
        try {
            telling.run();
        } catch (IOException e) {
            fail(e);
        }
    }

    void fail(IOException why) {
        failure = Optional.of(why);
    }

    boolean hasFailed() {
        return failure.isPresent();
    }

    /** @throws IOException where nobody is there any more who could be told anything */
    void requireClient() throws IOException {
        if (failure.isPresent()) {
            throw failure.get();
        }
    }

    /** Whether the client may have a part of it: no other response can be sent. */
    boolean hasBegun() {
        return begun;
    }

    @Override
    public void close() throws IOException {
        spool.close();
    }
}
