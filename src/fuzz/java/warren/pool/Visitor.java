package warren.pool;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.channels.SelectableChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import warren.contract.GenerationId;

/** Who asks, takes everything at once, and remembers what he got. */
final class Visitor implements Exchange {
    private final Map<String, String> parameters;
    private final byte[] body;
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private Optional<ResponseHead> head = Optional.empty();
    private int heads;

    Visitor(Map<String, String> parameters, byte[] body) {
        this.parameters = parameters;
        this.body = body;
    }

    /** The last head. */
    Optional<ResponseHead> head() {
        return head;
    }

    /** How many heads there were. */
    int heads() {
        return heads;
    }

    String written() {
        return written.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public Map<String, String> parameters() {
        return parameters;
    }

    @Override
    public boolean idempotent() {
        return false;
    }

    @Override
    public long bodyLength() {
        return body.length;
    }

    @Override
    public InputStream body() {
        return new ByteArrayInputStream(body);
    }

    @Override
    public Optional<SelectableChannel> channel() {
        return Optional.empty();
    }

    @Override
    public void interpreter(GenerationId generation, int pid) {
        // It is known.
    }

    @Override
    public void head(ResponseHead given) {
        head = Optional.of(given);
        heads++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        if (heads != 1) {
            throw new AssertionError("a body after " + heads + " heads");
        }
        written.write(bytes, offset, length);
    }

    @Override
    public void flush() {
        // He has it.
    }
}
