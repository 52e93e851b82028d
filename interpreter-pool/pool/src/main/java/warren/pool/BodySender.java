package warren.pool;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/** Sends what follows a body's first part, while the response is read by the thread that borrowed the interpreter. */
final class BodySender implements Runnable {
    private final InputStream source;
    private final SocketChannel channel;
    private volatile Optional<IOException> clientFailure = Optional.empty();
    private volatile boolean stopped;

    BodySender(InputStream source, SocketChannel channel) {
        this.source = source;
        this.channel = channel;
    }

    @Override
    public void run() {
        byte[] bytes = new byte[32 * 1024];
        try {
            for (int count = read(bytes); count >= 0 && !stopped; count = read(bytes)) {
                if (count > 0) {
                    Interpreter.sendAll(channel, RequestRecords.body(bytes, 0, count));
                }
            }
            Interpreter.sendAll(channel, RequestRecords.body(bytes, 0, 0));
        } catch (IOException e) {
            // the reading thread sees the same end of the connection and says what it means
            closeIfClientFailed();
        }
    }

    private int read(byte[] bytes) throws IOException {
        try {
            return source.read(bytes);
        } catch (IOException e) {
            clientFailure = Optional.of(e);
            throw e;
        }
    }

    /** A request cut short must not look like a short request: its interpreter loses the connection instead. */
    private void closeIfClientFailed() {
        if (clientFailure.isPresent()) {
            try {
                channel.close();
            } catch (IOException gone) {
                // closed either way
            }
        }
    }

    /** The interpreter has answered and wants no more. */
    void stop() {
        stopped = true;
    }

    /** Says that it was the client who failed, where it was. */
    void rethrowClientFailure() throws IOException {
        if (clientFailure.isPresent()) {
            throw clientFailure.get();
        }
    }
}
