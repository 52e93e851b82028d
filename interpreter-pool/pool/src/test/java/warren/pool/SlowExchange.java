package warren.pool;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import warren.contract.GenerationId;

/** A client that takes nothing until it is told to: its channel is a pipe that is full. */
final class SlowExchange implements Exchange, AutoCloseable {
    final FakeExchange taken = FakeExchange.get();
    private final Pipe pipe = Pipe.open();
    private final CountDownLatch takes = new CountDownLatch(1);

    SlowExchange() throws IOException {
        pipe.sink().configureBlocking(false);
        ByteBuffer filling = ByteBuffer.allocate(1 << 20);
        while (pipe.sink().write(filling) > 0) {
            continue;
        }
    }

    /** From now on it takes everything at once. */
    void take() throws IOException {
        takes.countDown();
        pipe.source().configureBlocking(false);
        ByteBuffer drain = ByteBuffer.allocate(1 << 20);
        while (pipe.source().read(drain) > 0) {
            drain.clear();
        }
    }

    @Override
    public Map<String, String> parameters() {
        return taken.parameters();
    }

    @Override
    public boolean idempotent() {
        return true;
    }

    @Override
    public long bodyLength() {
        return 0;
    }

    @Override
    public InputStream body() {
        return taken.body();
    }

    @Override
    public Optional<SelectableChannel> channel() {
        return Optional.of(pipe.sink());
    }

    @Override
    public void interpreter(GenerationId generation, int pid) {
        taken.interpreter(generation, pid);
    }

    @Override
    public void head(ResponseHead head) throws IOException {
        taken.head(head);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            if (!takes.await(20, TimeUnit.SECONDS)) {
                throw new IOException("the client takes nothing");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        taken.write(bytes, offset, length);
    }

    @Override
    public void flush() throws IOException {
        taken.flush();
    }

    @Override
    public void close() throws IOException {
        pipe.sink().close();
        pipe.source().close();
    }
}
