package warren.pool;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Both ends of a Unix stream connection: what a test puts in at the interpreter's end comes out of ours. */
final class Wire {
    /** What a socket's buffer takes at once, and the reader's too. */
    static final int MOST_AT_ONCE = 16 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private final UnixStream ours;
    private final SocketChannel theirs;

    private Wire(UnixStream ours, SocketChannel theirs) {
        this.ours = ours;
        this.theirs = theirs;
    }

    static Wire open() {
        try {
            Path directory = Files.createTempDirectory("warren-fuzz");
            Path socket = directory.resolve("s");
            try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                listener.bind(UnixDomainSocketAddress.of(socket));
                UnixStream ours = UnixStream.connect(socket, Deadline.after(PATIENCE));
                return new Wire(ours, listener.accept());
            } finally {
                Files.deleteIfExists(socket);
                Files.delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    UnixStream ours() {
        return ours;
    }

    void put(byte[] bytes, int offset, int length) throws IOException {
        ByteBuffer piece = ByteBuffer.wrap(bytes, offset, length);
        while (piece.hasRemaining()) {
            theirs.write(piece);
        }
    }

    /** Some of what our end has sent; nothing where there is nothing. */
    int take(ByteBuffer target) throws IOException {
        theirs.configureBlocking(false);
        try {
            return theirs.read(target);
        } finally {
            theirs.configureBlocking(true);
        }
    }

    /** Throws away what nobody has read. */
    void drain() throws IOException {
        ByteBuffer rest = ByteBuffer.allocate(MOST_AT_ONCE);
        while (ours.readNow(rest) > 0) {
            rest.clear();
        }
    }
}
