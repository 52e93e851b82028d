package warren.pool;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
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

    /** The request's body, to its end. Asked for at most once, and read at most once. */
    InputStream body() throws IOException;

    /** The interpreter that will serve it; told before anything is sent, and again before a second try. */
    void interpreter(GenerationId generation, int pid);

    /** The response's head, once, before the first {@link #write}. */
    void head(ResponseHead head) throws IOException;

    /** A piece of the body: never more in all than the head's Content-Length. The array is reused after the call. */
    void write(byte[] bytes, int offset, int length) throws IOException;

    /** The interpreter pauses: what it wrote until now should reach the client. */
    void flush() throws IOException;
}
