package warren.pool;

import java.io.InputStream;
import java.nio.channels.SelectableChannel;
import java.util.Map;
import java.util.Optional;
import warren.contract.GenerationId;

/** A request of the connector's own: no client waits for it, it has no body, and is sent once. */
abstract class OwnRequest implements Exchange {
    private final Map<String, String> parameters;

    OwnRequest(Map<String, String> parameters) {
        this.parameters = Map.copyOf(parameters);
    }

    @Override
    public final Map<String, String> parameters() {
        return parameters;
    }

    @Override
    public final boolean idempotent() {
        return false;
    }

    @Override
    public final long bodyLength() {
        return 0;
    }

    @Override
    public final InputStream body() {
        return InputStream.nullInputStream();
    }

    @Override
    public final Optional<SelectableChannel> channel() {
        return Optional.empty();
    }

    @Override
    public final void interpreter(GenerationId generation, int pid) {
        // Nobody asks.
    }

    @Override
    public final void flush() {
        // Nobody waits.
    }
}
