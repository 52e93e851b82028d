package warren.pool;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * A connection to a Unix stream socket on which nothing waits longer than it is told to. It owns a selector for as
 * long as it is open (two descriptors more), so that a request costs none; the thread that uses it watches its own
 * deadline, and no other thread is woken. One thread uses it at a time; any thread may close it, and whoever waits on
 * it then gets an {@link IOException}.
 */
final class UnixStream implements Closeable {
    private static final long FULL_BACKLOG_PAUSE_NANOS = 5_000_000;
    /** Linux doubles either, holds pieces of up to half of that less 64 bytes, and tells of room where 3/4 are free. */
    private static final int NARROW_BYTES = 10 * 1024;
    private static final int WIDE_BYTES = 104 * 1024;
    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private Optional<SelectionKey> other = Optional.empty();

    private UnixStream(SocketChannel channel) throws IOException {
        this.channel = channel;
        this.selector = Selector.open();
        this.key = channel.register(selector, SelectionKey.OP_READ);
    }

    /**
     * Connects. A full backlog is waited for: connect(2) on a non-blocking Unix socket then fails with EAGAIN and
     * nothing is pending, which Java cannot tell from EINPROGRESS.
     *
     * @throws OutOfDescriptors where this process has none left
     * @throws java.net.ConnectException where nobody listens any more
     * @throws SocketTimeoutException where the backlog stays full
     */
    static UnixStream connect(Path socket, Deadline deadline) throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(socket);
        while (true) {
            SocketChannel channel = open();
            try {
                channel.configureBlocking(false);
                if (channel.connect(address)) {
                    return of(channel);
                }
            } catch (IOException e) {
                channel.close();
                throw e;
            }
            channel.close();
            if (deadline.isOver()) {
                throw new SocketTimeoutException("the backlog of " + socket + " is full");
            }
            LockSupport.parkNanos(FULL_BACKLOG_PAUSE_NANOS);
        }
    }

    private static SocketChannel open() throws OutOfDescriptors {
        try {
            return SocketChannel.open(java.net.StandardProtocolFamily.UNIX);
        } catch (IOException e) {
            throw new OutOfDescriptors(e);
        }
    }

    private static UnixStream of(SocketChannel channel) throws OutOfDescriptors {
        try {
            return new UnixStream(channel);
        } catch (IOException e) {
            throw new OutOfDescriptors(e);
        }
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    /** What is there: its length, 0 for nothing, -1 at the end. */
    int readNow(ByteBuffer target) throws IOException {
        return channel.read(target);
    }

    /** As much as the socket takes now. */
    int writeNow(ByteBuffer source) throws IOException {
        return channel.write(source);
    }

    /** So that a piece of 8 KB fills it: {@link #await} then tells of room only once the other end has read the piece. */
    void narrow() throws IOException {
        channel.setOption(StandardSocketOptions.SO_SNDBUF, NARROW_BYTES);
    }

    /** As it was, by the kernel's default (net.core.wmem_default). */
    void widen() throws IOException {
        channel.setOption(StandardSocketOptions.SO_SNDBUF, WIDE_BYTES);
    }

    boolean awaitReadable(Deadline deadline) throws IOException {
        return await(true, false, Optional.empty(), deadline);
    }

    /**
     * Waits until one of these is possible; whether it became so before the deadline. Where this process was stopped
     * over the deadline, what is possible now counts.
     *
     * @param read this connection gives something or has ended
     * @param write this connection takes something
     * @param alsoWritable another channel, non-blocking, that takes something
     */
    boolean await(boolean read, boolean write, Optional<SelectableChannel> alsoWritable, Deadline deadline)
            throws IOException {
        try {
            int operations = (read ? SelectionKey.OP_READ : 0) | (write ? SelectionKey.OP_WRITE : 0);
            if (key.interestOps() != operations) {
                key.interestOps(operations);
            }
            if (alsoWritable.isPresent() || other.isPresent()) {
                watch(alsoWritable);
            }
            return select(deadline);
        } catch (ClosedSelectorException | CancelledKeyException e) {
            throw new IOException("closed here", e);
        }
    }

    private boolean select(Deadline deadline) throws IOException {
        while (true) {
            long millis = deadline.leftMillis();
            if (millis == 0) {
                return selector.selectNow(ready -> { }) > 0;
            }
            if (selector.select(ready -> { }, millis) > 0) {
                return true;
            }
            if (!channel.isOpen()) {
                throw new EOFException("closed here");
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("interrupted");
            }
        }
    }

    /** A client's channel costs a registration once a request, and only where the client is slow. */
    private void watch(Optional<SelectableChannel> alsoWritable) throws IOException {
        if (other.isEmpty()) {
            other = Optional.of(alsoWritable.orElseThrow().register(selector, SelectionKey.OP_WRITE));
        } else {
            other.get().interestOps(alsoWritable.isPresent() ? SelectionKey.OP_WRITE : 0);
        }
    }

    /** Whether another channel takes something now. One that has ended does, too: writing will tell. */
    boolean isWritable(SelectableChannel another) throws IOException {
        try {
            key.interestOps(0);
            watch(Optional.of(another));
            return selector.selectNow(ready -> { }) > 0;
        } catch (ClosedSelectorException | CancelledKeyException e) {
            throw new IOException("closed here", e);
        } catch (ClosedChannelException e) {
            return true;
        }
    }

    /** Lets go of the other channel; the next request has another client. */
    void forgetClient() {
        if (other.isPresent()) {
            other.get().cancel();
            other = Optional.empty();
            try {
                selector.selectNow(ready -> { });
            } catch (IOException | ClosedSelectorException closed) {
                // Then it is forgotten, too.
            }
        }
    }

    /** All of it as a stream; every read ends by the deadline with a {@link SocketTimeoutException}. */
    InputStream input(Deadline deadline) {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                ByteBuffer buffer = ByteBuffer.wrap(target, offset, length);
                int count = readNow(buffer);
                while (count == 0) {
                    if (!awaitReadable(deadline)) {
                        throw new SocketTimeoutException("no answer in time");
                    }
                    count = readNow(buffer);
                }
                return count;
            }
        };
    }

    /** Writes all; every write ends by the deadline with a {@link SocketTimeoutException}. */
    OutputStream output(Deadline deadline) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] source, int offset, int length) throws IOException {
                ByteBuffer buffer = ByteBuffer.wrap(source, offset, length);
                writeNow(buffer);
                while (buffer.hasRemaining()) {
                    if (!await(false, true, Optional.empty(), deadline)) {
                        throw new SocketTimeoutException("nothing was taken in time");
                    }
                    writeNow(buffer);
                }
            }
        };
    }

    /** Closes for every thread; a second call does nothing. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException alreadyGone) {
            // It is closed either way.
        }
        try {
            // Also wakes a thread that waits; the descriptor itself goes when the key is gone.
            selector.close();
        } catch (IOException alreadyGone) {
            // As above.
        }
    }
}
