package warren.launcher.system;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;

/**
 * {@code poll(2)}, {@code read(2)} and {@code write(2)} on a descriptor, with one deadline for all that is done on it:
 * whoever is on the other side cannot hold a thread of the launcher longer.
 */
public final class DescriptorStream {
    private static final int F_SETFL = 4;
    private static final int PIECE_BYTES = 4096;
    private static final int O_NONBLOCK = 04000;
    private static final int EINTR = 4;
    private static final int EAGAIN = 11;
    private final int descriptor;
    private final long deadlineNanos;

    /** The descriptor does not block from now on: a write of more than the other side takes would outlast the deadline. */
    public DescriptorStream(int descriptor, Duration within) throws SystemCallFailed {
        Linux.check(Libc.INSTANCE.fcntl(descriptor, F_SETFL, O_NONBLOCK), "fcntl F_SETFL");
        this.descriptor = descriptor;
        this.deadlineNanos = System.nanoTime() + within.toNanos();
    }

    /** Reading throws {@link SocketTimeoutException} past the deadline. */
    public InputStream input() {
        byte[] piece = new byte[PIECE_BYTES];
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int offset, int count) throws IOException {
                if (count == 0) {
                    return 0;
                }
                // whoever sends a byte at a time must not have each of them cost the room for all
                int most = Math.min(count, piece.length);
                long got = transfer(Readiness.POLLIN, "read", () -> Libc.INSTANCE.read(descriptor, piece, most));
                System.arraycopy(piece, 0, target, offset, (int) got);
                return got == 0 ? -1 : (int) got;
            }
        };
    }

    /** Writing throws {@link SocketTimeoutException} past the deadline. */
    public OutputStream output() {
        return new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                write(new byte[] {(byte) one}, 0, 1);
            }

            @Override
            public void write(byte[] source, int offset, int count) throws IOException {
                int from = offset;
                while (from < offset + count) {
                    byte[] rest = Arrays.copyOfRange(source, from, offset + count);
                    from += (int) transfer(Readiness.POLLOUT, "write", () -> Libc.INSTANCE.write(descriptor, rest, rest.length));
                }
            }
        };
    }

    private interface Call {
        long make();
    }

    /** Tries again where a signal came between, or somebody else took what poll saw. */
    private long transfer(short event, String name, Call call) throws IOException {
        while (true) {
            await(event);
            long count = call.make();
            if (count >= 0) {
                return count;
            }
            int errno = Libc.RUNTIME.getLastError();
            if (errno != EAGAIN && errno != EINTR) {
                throw new SystemCallFailed(name, Linux.errnoName(errno));
            }
        }
    }

    private void await(short event) throws IOException {
        // what is there already counts, however late it is: this process may have been stopped meanwhile
        if (!Readiness.await(descriptor, event, deadlineNanos)) {
            throw new SocketTimeoutException("the other side did not answer in time");
        }
    }
}
