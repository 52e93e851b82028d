package warren.connector;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A request's body that keeps its connection informed of how much of it is left. */
final class ExpectedBody extends FilterInputStream {
    private final HttpdConnection connection;
    private long left;

    /** @param length less than 0 where it is not known */
    ExpectedBody(InputStream body, HttpdConnection connection, long length) {
        super(body);
        this.connection = connection;
        this.left = Math.max(0, length);
        connection.expectBody(left);
    }

    @Override
    public int read() throws IOException {
        int next = super.read();
        took(next < 0 ? 0 : 1);
        return next;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int count = super.read(target, offset, length);
        took(count);
        return count;
    }

    private void took(int count) {
        left = Math.max(0, left - Math.max(0, count));
        connection.expectBody(left);
    }
}
