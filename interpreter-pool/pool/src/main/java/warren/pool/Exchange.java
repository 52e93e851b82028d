package warren.pool;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.SelectableChannel;
import java.util.Map;
import java.util.Optional;
import warren.contract.GenerationId;

/**
 * One request and the way back to its client. Every method is called on the thread that called
 * {@link InterpreterPool#serve}. An {@link IOException} of any of them means that the client's side failed and comes
 * out of {@code serve} as it is.
 */
public interface Exchange {
    /**
     * The FastCGI parameters (RFC 3875 section 4.1). Each character stands for one byte (ISO-8859-1); one above U+00FF
     * makes the whole value UTF-8.
     */
    Map<String, String> parameters();

    /** Whether it may be sent a second time, to a fresh interpreter, where the first one died without a word. */
    boolean idempotent();

    /** The length of the request's body: 0 where it has none, -1 where it is not known before it has come. */
    long bodyLength();

    /** The request's body, to its end. Asked for at most once, and only where it has one. */
    InputStream body() throws IOException;

    /** The client's side, non-blocking, to be waited for until it takes something; empty where it always does. */
    Optional<SelectableChannel> channel();

    /** The interpreter that will serve it; told before anything is sent, and again before a second try. */
    void interpreter(GenerationId generation, int pid);

    /** The response's head, once, before the first {@link #write}, when there is something for the client. */
    void head(ResponseHead head) throws IOException;

    /**
     * A piece of the body: never more in all than the head's Content-Length, and as much as that where the request does
     * not fail. The array is reused after the call. Waits for the client as long as {@code WarrenWriteTimeout} says.
     */
    void write(byte[] bytes, int offset, int length) throws IOException;

    /** The interpreter pauses: what it wrote until now should reach the client. */
    void flush() throws IOException;
}
