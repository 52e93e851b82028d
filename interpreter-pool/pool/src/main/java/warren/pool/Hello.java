package warren.pool;

import java.io.InputStream;
import java.nio.channels.SelectableChannel;
import java.util.Map;
import java.util.Optional;
import warren.contract.GenerationId;

/** The request that proves that an interpreter has loaded its code; only an empty 200 is right. */
final class Hello implements Exchange {
    private final Map<String, String> parameters;
    private boolean answered;
    private boolean hadBody;

    Hello(Map<String, String> parameters) {
        this.parameters = parameters;
    }

    boolean isAnswered() {
        return answered && !hadBody;
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
        return 0;
    }

    @Override
    public Optional<SelectableChannel> channel() {
        return Optional.empty();
    }

    @Override
    public InputStream body() {
        return InputStream.nullInputStream();
    }

    @Override
    public void interpreter(GenerationId generation, int pid) {
        // Nobody asks.
    }

    @Override
    public void head(ResponseHead head) {
        answered = head.status() == 200;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        hadBody = true;
    }

    @Override
    public void flush() {
        // Nobody waits.
    }
}
