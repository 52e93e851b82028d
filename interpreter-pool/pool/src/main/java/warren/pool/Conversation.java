package warren.pool;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;

/**
 * One request and its response on one connection, all on the thread that brought the request: what can be sent is
 * sent, what has come is taken, and only where neither is possible does it wait, for both. So an interpreter may answer
 * before it has read the body, and a large body in both directions cannot lock the two up. The client's body is read
 * on the same thread, between looks at the response: what an interpreter says meanwhile waits for the client's next
 * bytes.
 */
final class Conversation {
    /** A script that takes two writes for one response should not cost the client two packets. */
    private static final Duration LULL = Duration.ofMillis(5);
    /** As httpd's mod_cgi gives a script whose client has gone (apr's APR_KILL_AFTER_TIMEOUT). */
    private static final Duration GRACE = Duration.ofSeconds(3);
    private static final int CHUNK_BYTES = 32 * 1024;

    private final UnixStream stream;
    private final RecordReader records;
    private final RequestWriter writer;
    private final Response response;
    private final StandardError standardError;
    private Deadline deadline;
    private InputStream body = InputStream.nullInputStream();
    private byte[] chunk = new byte[0];
    private boolean bodyEnded;
    private boolean unwritable;
    private boolean deaf;

    Conversation(UnixStream stream, RecordReader records, RequestWriter writer, Response response,
            StandardError standardError, Deadline deadline) {
        this.stream = stream;
        this.records = records;
        this.writer = writer;
        this.response = response;
        this.standardError = standardError;
        this.deadline = deadline;
    }

    /**
     * All of it, to the end of the response.
     *
     * @return whether the whole request was taken, so that the connection can take another
     * @throws IOException where the client's side failed before its whole body had come
     */
    boolean hold(Map<String, String> parameters, RequestBody body)
            throws InterpreterGone, ProtocolBroken, Overrun, IOException {
        begin(parameters, body);
        while (true) {
            boolean sent = send();
            if (sent && !bodyEnded) {
                if (take()) {
                    return false;
                }
                feed();
            } else {
                await(sent);
                if (take()) {
                    return sent && bodyEnded && !unwritable;
                }
            }
            if (deadline.isOver()) {
                throw new Overrun();
            }
        }
    }

    private void begin(Map<String, String> parameters, RequestBody given) {
        records.reset();
        writer.begin(parameters);
        for (int from = 0; from < given.startLength(); from += FastCgi.MOST_CONTENT_BYTES) {
            writer.body(given.start(), from, Math.min(FastCgi.MOST_CONTENT_BYTES, given.startLength() - from));
        }
        body = given.rest();
        bodyEnded = given.isWhole();
        if (bodyEnded) {
            writer.endBody();
        }
        writer.ready();
    }

    /** One that has closed its end may still have answered before: that is for reading to find out. */
    private boolean send() {
        if (unwritable) {
            return true;
        }
        try {
            return writer.send(stream);
        } catch (IOException e) {
            unwritable = true;
            bodyEnded = true;
            return true;
        }
    }

    /** A body cut short must not look like a short body: the caller ends the interpreter without its end. */
    private void feed() throws IOException {
        if (deaf) {
            throw response.clientFailure().orElseThrow();
        }
        if (chunk.length == 0) {
            chunk = new byte[CHUNK_BYTES];
        }
        int count = body.read(chunk);
        if (count > 0) {
            writer.body(chunk, 0, count);
        } else if (count < 0) {
            writer.endBody();
            bodyEnded = true;
        }
        writer.ready();
    }

    private void await(boolean sent) throws InterpreterGone, Overrun {
        try {
            if (response.hasUnflushed()) {
                if (ready(sent, deadline.orEarlier(LULL))) {
                    return;
                }
                response.flush();
                mindClient();
            }
            if (!ready(sent, deadline)) {
                throw new Overrun();
            }
        } catch (IOException e) {
            throw new InterpreterGone(e);
        }
    }

    private boolean ready(boolean sent, Deadline until) throws IOException {
        return sent ? stream.awaitReadable(until) : stream.awaitReadableOrWritable(until);
    }

    /** Takes what is there; whether it was the end. */
    private boolean take() throws InterpreterGone, ProtocolBroken {
        int count;
        try {
            count = records.fill(stream);
        } catch (IOException e) {
            throw new InterpreterGone(e);
        }
        if (count < 0) {
            throw new InterpreterGone(new EOFException("it closed its connection"));
        }
        if (count > 0) {
            response.heard();
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
                    mindClient();
                    return false;
                }
            }
        }
    }

    /** A client that goes away leaves the interpreter a short time to end well. */
    private void mindClient() {
        if (!deaf && response.clientFailure().isPresent()) {
            deaf = true;
            deadline = deadline.orEarlier(GRACE);
        }
    }
}
