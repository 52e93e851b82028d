package warren.pool;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * A request's body, all of it, taken before an interpreter is borrowed: a slow client costs no interpreter, the
 * interpreter is told its length even where the client did not say it, and it can be sent a second time.
 */
final class RequestBody implements Closeable {
    private static final int LEAST_ROOM = Spool.IN_MEMORY_BYTES;
    private final Spool spool;

    private RequestBody(Spool spool) {
        this.spool = spool;
    }

    /**
     * Waits for the client.
     *
     * @param most the longest that it may be
     * @throws BodyTooLarge where it is longer; what is known beforehand is refused before a byte is read
     * @throws SpoolFull where the virtual host's room or the disk does not hold it
     * @throws IOException where the client's side failed, or gave less than it had declared
     */
    static RequestBody take(Exchange exchange, SpoolSpace space, long most)
            throws BodyTooLarge, SpoolFull, IOException {
        RequestBody body = new RequestBody(new Spool(space));
        long declared = exchange.bodyLength();
        if (declared == 0) {
            return body;
        }
        if (declared > most) {
            throw new BodyTooLarge(declared, most);
        }
        if (!space.hasRoomFor(Math.max(declared, LEAST_ROOM))) {
            throw new SpoolFull("its bodies and responses take " + space.used() + " bytes already");
        }
        boolean whole = false;
        try {
            body.fill(exchange.body(), declared, most);
            whole = true;
            return body;
        } finally {
            if (!whole) {
                body.close();
            }
        }
    }

    /** Asks for no more than was declared: behind it httpd has nothing but another packet that says so. */
    private void fill(InputStream stream, long declared, long most) throws BodyTooLarge, SpoolFull, IOException {
        ClientInput client = new ClientInput(stream);
        try {
            while (spool.length() != declared && spool.addFrom(client, declared) >= 0) {
                if (spool.length() > most) {
                    throw new BodyTooLarge(spool.length(), most);
                }
                if (!spool.hasRoomFor(0)) {
                    throw new SpoolFull("its bodies and responses have reached the limit");
                }
            }
        } catch (IOException e) {
            if (client.failed) {
                throw e;
            }
            throw new SpoolFull("its file cannot be written (" + e.getMessage() + ")");
        }
        if (declared >= 0 && spool.length() != declared) {
            throw new EOFException("the request's body ended after " + spool.length() + " of " + declared + " bytes");
        }
    }

    /** Tells the client's failure from the disk's. */
    private static final class ClientInput extends InputStream {
        private final InputStream stream;
        private boolean failed;

        ClientInput(InputStream stream) {
            this.stream = stream;
        }

        @Override
        public int read() throws IOException {
            throw new UnsupportedOperationException("whole pieces only");
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            failed = true;
            int count = stream.read(target, offset, length);
            failed = false;
            return count;
        }
    }

    static RequestBody none() {
        return new RequestBody(new Spool(SpoolSpace.inMemory()));
    }

    long length() {
        return spool.length();
    }

    /** How much {@link #read} has not given yet. */
    long left() {
        return spool.left();
    }

    /** The next bytes. */
    int read(byte[] target, int offset, int most) throws BodyUnreadable {
        try {
            return spool.read(target, offset, most);
        } catch (IOException e) {
            throw new BodyUnreadable(e);
        }
    }

    /** From its first byte again. */
    void rewind() {
        spool.rewind();
    }

    @Override
    public void close() throws IOException {
        spool.close();
    }
}
