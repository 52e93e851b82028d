package warren.pool;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import warren.contract.GenerationId;

/** A client that keeps what it gets. */
final class RecordedExchange implements Exchange {
    final List<ResponseHead> heads = new ArrayList<>();
    final ByteArrayOutputStream body = new ByteArrayOutputStream();
    final List<Integer> pids = new ArrayList<>();
    int flushes;
    private final byte[] request;
    private final boolean idempotent;

    RecordedExchange() {
        this(new byte[0], true);
    }

    RecordedExchange(byte[] request, boolean idempotent) {
        this.request = request;
        this.idempotent = idempotent;
    }

    String text() {
        return body.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public Map<String, String> parameters() {
        return Map.of("REQUEST_METHOD", "GET", "SCRIPT_NAME", "/" + "x".repeat(200));
    }

    @Override
    public boolean idempotent() {
        return idempotent;
    }

    @Override
    public InputStream body() {
        return new ByteArrayInputStream(request);
    }

    @Override
    public void interpreter(GenerationId generation, int pid) {
        pids.add(pid);
    }

    @Override
    public void head(ResponseHead head) {
        heads.add(head);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        body.write(bytes, offset, length);
    }

    @Override
    public void flush() {
        flushes++;
    }
}
