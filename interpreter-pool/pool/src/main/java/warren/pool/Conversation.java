package warren.pool;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * One request and its response on one connection, all on the thread that brought the request: what can be sent is
 * sent, what has come is taken, and only where neither is possible does it wait, for both. So an interpreter may answer
 * before it has read the body, and a large body in both directions cannot lock the two up. The client gets what it
 * takes without waiting, as soon as there is plenty or the interpreter pauses; the rest is spooled, and only past the
 * spool's limit does the interpreter wait for the client.
 */
final class Conversation {
    /** A script that takes two writes for one response should not cost the client two packets. */
    private static final Duration LULL = Duration.ofMillis(5);
    /** As httpd's mod_cgi gives a script whose client has gone (apr's APR_KILL_AFTER_TIMEOUT). */
    private static final Duration GRACE = Duration.ofSeconds(3);

    /** libfcgi's buffer. */
    private static final int ONE_READ_BYTES = 8192;

    private final UnixStream stream;
    private final RecordReader records;
    private final RequestWriter writer;
    private final Response response;
    private final Delivery delivery;
    private final Optional<SelectableChannel> client;
    private final StandardError standardError;
    private final Patience patience;
    private final RequestBody body;
    private Deadline whole;
    private Deadline next;
    private Optional<Deadline> stalled = Optional.empty();
    private boolean bodyEnded;
    private boolean unwritable;
    private boolean deaf;

    Conversation(UnixStream stream, RecordReader records, RequestWriter writer, Response response, Delivery delivery,
            Optional<SelectableChannel> client, StandardError standardError, RequestBody body, Patience patience) {
        this.stream = stream;
        this.records = records;
        this.writer = writer;
        this.response = response;
        this.delivery = delivery;
        this.client = client;
        this.standardError = standardError;
        this.body = body;
        this.patience = patience;
        this.whole = Deadline.after(patience.whole());
        this.next = Deadline.after(patience.firstByte());
    }

    /**
     * All of it, to the end of the response. Afterwards the client may not have all of that yet.
     *
     * @return whether the whole request was taken, so that the connection can take another
     */
    boolean hold(Map<String, String> parameters) throws InterpreterGone, ProtocolBroken, Overrun, BodyUnreadable {
        try {
            begin(parameters);
            if (writer.left() > ONE_READ_BYTES) {
                sendFirstRead();
            }
            while (true) {
                boolean sent = send();
                handOverWhatIsTaken();
                if (!delivery.hasRoom()) {
                    awaitClient();
                } else {
                    await(sent);
                    if (take()) {
                        return sent && !unwritable;
                    }
                    // not before: what came while this process was stopped came in time
                    requireTime();
                }
            }
        } catch (BodyUnreadable e) {
            throw e;
        } catch (IOException e) {
            throw new InterpreterGone(e, isUnread(e));
        } finally {
            stream.forgetClient();
        }
    }

    /**
     * A Unix socket whose other end closes with something unread is reset (unix(7)), and FCGI.pm's first read takes all
     * of that much. One that was killed while idle closes only after milliseconds, so that a request may find it.
     */
    private boolean isUnread(IOException e) {
        return writer.sent() == 0 || e instanceof SocketException && response.isSilent() && writer.sent() <= ONE_READ_BYTES;
    }

    /**
     * What one read takes, and nothing more until that is taken or the other end has closed: so it is certain whether a
     * long request was read, too, and one that may be served only once can be sent again where it was not.
     */
    private void sendFirstRead() throws Overrun, IOException {
        stream.narrow();
        writer.send(stream, ONE_READ_BYTES);
        if (!stream.await(true, true, Optional.empty(), until())) {
            requireTime();
        }
        stream.widen();
    }

    private void begin(Map<String, String> parameters) throws BodyUnreadable {
        records.reset();
        body.rewind();
        writer.begin(parameters);
        appendBody();
        writer.ready();
    }

    private void appendBody() throws BodyUnreadable {
        if (body.left() > 0) {
            writer.body(body);
        }
        bodyEnded = body.left() == 0;
        if (bodyEnded) {
            writer.endBody();
        }
    }

    /** As much as it takes now; whether that was all. One that has closed its end may still have answered before. */
    private boolean send() throws BodyUnreadable {
        while (!unwritable && sendWritten()) {
            if (bodyEnded) {
                return true;
            }
            appendBody();
            writer.ready();
            next = Deadline.after(patience.firstByte());
        }
        return unwritable;
    }

    private boolean sendWritten() {
        try {
            return writer.send(stream);
        } catch (IOException e) {
            unwritable = true;
            return false;
        }
    }

    private void await(boolean sent) throws IOException {
        if (delivery.isWaiting() || delivery.isUnflushed()) {
            if (ready(sent, false, whole.orEarlier(LULL))) {
                return;
            }
            flush();
        }
        ready(sent, delivery.isWaiting(), until());
    }

    /** The interpreter pauses: what it has said until now should reach the client. */
    private void flush() throws IOException {
        while (delivery.isWaiting() && clientTakes()) {
            delivery.handOver();
        }
        if (!delivery.isWaiting() && delivery.isUnflushed()) {
            delivery.flush();
        }
        mindClient();
    }

    /** Until the client takes more; the interpreter's time stands still. */
    private void awaitClient() throws Overrun, IOException {
        flush();
        if (!delivery.hasRoom()) {
            ready(true, true, until());
        }
        next = Deadline.after(patience.pause());
        requireTime();
    }

    private boolean ready(boolean sent, boolean alsoClient, Deadline until) throws IOException {
        return stream.await(delivery.hasRoom(), !sent, alsoClient ? client : Optional.empty(), until);
    }

    private void handOverWhatIsTaken() throws IOException {
        while (delivery.isPlenty() && clientTakes()) {
            delivery.handOver();
        }
        mindClient();
    }

    private boolean clientTakes() throws IOException {
        boolean takes = client.isEmpty() || stream.isWritable(client.get());
        if (takes) {
            stalled = Optional.empty();
        } else if (stalled.isEmpty()) {
            stalled = Optional.of(Deadline.after(patience.write()));
        } else if (stalled.get().isOver()) {
            delivery.fail(new SocketTimeoutException("the client has taken nothing for " + patience.write().toMillis()
                + " ms (WarrenWriteTimeout)"));
        }
        return takes;
    }

    private Deadline until() {
        Deadline first = whole.orEarlier(next);
        return stalled.isPresent() ? first.orEarlier(stalled.get()) : first;
    }

    private void requireTime() throws Overrun {
        if (whole.isOver()) {
            throw deaf ? new Overrun(GRACE, "after its client had gone")
                : new Overrun(patience.whole(), "for its response (WarrenRequestTimeout)");
        }
        if (next.isOver()) {
            throw response.isSilent() ? new Overrun(patience.firstByte(), "until its first byte (WarrenFirstByteTimeout)")
                : new Overrun(patience.pause(), "for the next piece of its response (WarrenResponseIdleTimeout)");
        }
    }

    /** Takes what is there; whether it was the end. */
    private boolean take() throws InterpreterGone, ProtocolBroken, IOException {
        int count = records.fill(stream);
        if (count < 0) {
            throw new EOFException("it closed its connection");
        }
        if (count > 0) {
            response.heard();
            next = Deadline.after(patience.pause());
        }
        return takeRecords();
    }

    private boolean takeRecords() throws ProtocolBroken {
        while (true) {
            switch (records.next()) {
                case STDOUT -> response.take(records.bytes(), records.offset(), records.length());
                case STDERR -> standardError.take(records.bytes(), records.offset(), records.length());
                case END -> {
                    response.end();
                    return true;
                }
                case NOTHING -> {
                    return false;
                }
            }
        }
    }

    /** A client that goes away leaves the interpreter a short time to end well. */
    private void mindClient() {
        if (!deaf && delivery.hasFailed()) {
            deaf = true;
            stalled = Optional.empty();
            whole = whole.orEarlier(GRACE);
        }
    }
}
