package warren.connector;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import warren.contract.GenerationId;
import warren.pool.Exchange;
import warren.pool.Header;
import warren.pool.ResponseHead;

/**
 * One request and its response, between Tomcat and an interpreter. The response goes on as it comes; an interpreter
 * that says {@code Warren-Failure} has its body dropped and gets one of our error pages instead. An
 * {@link IOException} of any method here is the client's side failing.
 */
final class ClientExchange implements Exchange {
    /** RFC 9110 section 9.2.2. */
    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE");
    private static final long UNKNOWN = -1;
    private static final int DROP_BYTES = 8192;

    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final HttpdConnection connection;
    private final Map<String, String> parameters;
    private Optional<ResponseHead> head = Optional.empty();
    private Optional<GenerationId> generation = Optional.empty();
    private OptionalInt pid = OptionalInt.empty();

    /** @param patience how long a write may wait for the client to take something */
    ClientExchange(HttpServletRequest request, HttpServletResponse response, HttpdConnection connection,
                   Map<String, String> parameters, Duration patience) {
        this.request = request;
        this.response = response;
        this.connection = connection;
        this.parameters = parameters;
        connection.writeWithin(patience);
    }

    @Override
    public Map<String, String> parameters() {
        return parameters;
    }

    @Override
    public boolean idempotent() {
        return IDEMPOTENT.contains(request.getMethod());
    }

    /** Without a length and chunks there is no body (RFC 9112 section 6.3); Tomcat would ask httpd for one. */
    @Override
    public long bodyLength() {
        long declared = request.getContentLengthLong();
        return declared < 0 && request.getHeader("Transfer-Encoding") == null ? 0 : Math.max(declared, UNKNOWN);
    }

    @Override
    public Optional<SelectableChannel> channel() {
        return Optional.of(connection.channel());
    }

    @Override
    public InputStream body() throws IOException {
        return new ExpectedBody(request.getInputStream(), connection, bodyLength());
    }

    /** Nobody will read on; what httpd has been asked for is on its way all the same. */
    void dropBody() throws IOException {
        connection.expectBody(0);
        byte[] dropped = new byte[DROP_BYTES];
        while (connection.hasBodyUnderWay() && request.getInputStream().read(dropped) >= 0) {
            continue;
        }
    }

    @Override
    public void interpreter(GenerationId generation, int pid) {
        this.generation = Optional.of(generation);
        this.pid = OptionalInt.of(pid);
    }

    @Override
    public void head(ResponseHead head) {
        this.head = Optional.of(head);
        if (head.failure().isPresent()) {
            return;
        }
        response.setStatus(head.status());
        for (Header header : head.headers()) {
            if (header.name().equalsIgnoreCase("Content-Length")) {
                response.setContentLengthLong(Long.parseLong(header.value()));
            } else {
                response.addHeader(header.name(), header.value());
            }
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (failure().isPresent()) {
            return;
        }
        response.getOutputStream().write(bytes, offset, length);
    }

    @Override
    public void flush() throws IOException {
        if (failure().isEmpty()) {
            response.flushBuffer();
        }
    }

    /** Whether the client may already have a part of the interpreter's own response. */
    boolean hasBegun() {
        return head.isPresent() && failure().isEmpty();
    }

    /** What the interpreter said of its own failure. */
    Optional<ResponseHead> failure() {
        return head.filter(given -> given.failure().isPresent());
    }

    /** {@code vhost=… gen=… pid=…} of the interpreter, as far as one was found. */
    String interpreterFields(String otherwise) {
        String pidField = pid.isPresent() ? " pid=" + pid.getAsInt() : "";
        return generation.map(GenerationId::toString).orElse(otherwise) + pidField;
    }
}
