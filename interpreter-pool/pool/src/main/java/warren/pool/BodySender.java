package warren.pool;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.SocketChannel;

/** Sends what follows a body's first part, while the response is read by the thread that borrowed the interpreter. */
final class BodySender implements Runnable {
    private final InputStream source;
    private final SocketChannel channel;
    private volatile boolean stopped;

    BodySender(InputStream source, SocketChannel channel) {
        this.source = source;
        this.channel = channel;
    }

    @Override
    public void run() {
        byte[] bytes = new byte[32 * 1024];
        try {
            for (int count = source.read(bytes); count >= 0 && !stopped; count = source.read(bytes)) {
                Interpreter.sendAll(channel, RequestRecords.body(bytes, 0, count));
            }
            Interpreter.sendAll(channel, RequestRecords.body(bytes, 0, 0));
        } catch (IOException e) {
            close();
        }
    }

    /**
     * A request cut short must not look like a short request: its interpreter loses the connection, and the reading
     * thread sees that and says what it means.
     */
    private void close() {
        try {
            channel.close();
        } catch (IOException gone) {
            // closed either way
        }
    }

    /** The interpreter has answered and wants no more. */
    void stop() {
        stopped = true;
    }
}
