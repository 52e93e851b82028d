package warren.pool;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.SelectableChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import warren.contract.GenerationId;

/** A client's request, and what the client gets. */
final class FakeExchange implements Exchange {
    final Map<String, String> parameters = new HashMap<>();
    final ByteArrayOutputStream written = new ByteArrayOutputStream();
    final List<Integer> pids = new ArrayList<>();
    final List<Integer> generations = new ArrayList<>();
    volatile Optional<ResponseHead> head = Optional.empty();
    volatile int flushes;
    private final InputStream body;
    private final long bodyLength;

    private FakeExchange(String method, InputStream body, long bodyLength) {
        parameters.put("REQUEST_METHOD", method);
        this.body = body;
        this.bodyLength = bodyLength;
    }

    static FakeExchange get() {
        return new FakeExchange("GET", InputStream.nullInputStream(), 0);
    }

    static FakeExchange of(String method) {
        return new FakeExchange(method, InputStream.nullInputStream(), 0);
    }

    static FakeExchange post(byte[] body) {
        return new FakeExchange("POST", new ByteArrayInputStream(body), body.length);
    }

    /** Of a client that has said how much will come. */
    static FakeExchange post(byte[] body, long declared) {
        return new FakeExchange("POST", new ByteArrayInputStream(body), declared);
    }

    static FakeExchange post(InputStream body) {
        return new FakeExchange("POST", body, -1);
    }

    FakeExchange with(String name, String value) {
        parameters.put(name, value);
        return this;
    }

    String text() {
        return written.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public Map<String, String> parameters() {
        return parameters;
    }

    @Override
    public boolean idempotent() {
        return !parameters.get("REQUEST_METHOD").equals("POST");
    }

    @Override
    public long bodyLength() {
        return bodyLength;
    }

    @Override
    public Optional<SelectableChannel> channel() {
        return Optional.empty();
    }

    @Override
    public InputStream body() {
        return body;
    }

    @Override
    public void interpreter(GenerationId generation, int pid) {
        pids.add(pid);
        generations.add(generation.number());
    }

    @Override
    public void head(ResponseHead given) throws IOException {
        if (head.isPresent()) {
            throw new AssertionError("a second head");
        }
        head = Optional.of(given);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        written.write(bytes, offset, length);
    }

    @Override
    public void flush() throws IOException {
        flushes++;
    }
}
