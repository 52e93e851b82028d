package warren.connector;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * {@code status.sock} in the connector's own directory: whoever connects gets one JSON document and the end. It reads
 * nothing. A reader has two seconds, and they are served one after the other, by one daemon thread.
 */
final class StatusSocket implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(StatusSocket.class);
    private static final long PATIENCE_MILLIS = 2000;
    private static final long PAUSE_NANOS = 10_000_000;

    private final Path path;
    private final ServerSocketChannel socket;
    private final Supplier<byte[]> document;

    private StatusSocket(Path path, ServerSocketChannel socket, Supplier<byte[]> document) {
        this.path = path;
        this.socket = socket;
        this.document = document;
    }

    /** Replaces the socket of a connector before this one; the directory is this user's alone (0700). */
    static StatusSocket open(Path path, Supplier<byte[]> document) throws IOException {
        ServerSocketChannel socket = SocketFile.listen(path);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        StatusSocket opened = new StatusSocket(path, socket, document);
        Thread.ofPlatform().daemon().name("status").start(opened::serve);
        return opened;
    }

    private void serve() {
        while (socket.isOpen()) {
            try (SocketChannel reader = socket.accept()) {
                send(reader, ByteBuffer.wrap(document.get()));
            } catch (IOException e) {
                LOG.debug("a reader of the status went away, or there is no descriptor for it", e);
                LockSupport.parkNanos(PAUSE_NANOS);
            } catch (RuntimeException e) {
                LOG.error("the status cannot be told", e);
            }
        }
    }

    private static void send(SocketChannel reader, ByteBuffer bytes) throws IOException {
        reader.configureBlocking(false);
        long deadline = System.nanoTime() + PATIENCE_MILLIS * 1_000_000;
        try (Selector selector = Selector.open()) {
            reader.register(selector, SelectionKey.OP_WRITE);
            while (bytes.hasRemaining()) {
                long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
                if (leftMillis <= 0) {
                    throw new IOException("a reader of the status is too slow");
                }
                selector.select(leftMillis);
                selector.selectedKeys().clear();
                reader.write(bytes);
            }
        }
    }

    /** Another connector has its own at this path. */
    void abandon() throws IOException {
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
        Files.deleteIfExists(path);
    }
}
