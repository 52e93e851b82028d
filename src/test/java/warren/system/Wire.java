package warren.system;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One connection to httpd, kept for as many requests as it allows. A response is taken by its framing alone, and one
 * that its framing does not end is an {@link EOFException}.
 */
final class Wire implements Closeable {
    private static final int BUFFER_BYTES = 64 * 1024;
    private final Socket socket = new Socket();
    private final InputStream in;
    private final OutputStream out;

    Wire(int port, Duration patience) throws IOException {
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) patience.toMillis());
        socket.setSoTimeout((int) patience.toMillis());
        in = new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES);
        out = socket.getOutputStream();
    }

    /** Whether the other side has not closed it since the last response. */
    boolean isOpen() throws IOException {
        int patience = socket.getSoTimeout();
        socket.setSoTimeout(1);
        in.mark(1);
        try {
            return in.read() >= 0;
        } catch (SocketTimeoutException nothingCame) {
            return true;
        } catch (SocketException reset) {
            return false;
        } finally {
            in.reset();
            socket.setSoTimeout(patience);
        }
    }

    OutputStream out() {
        return out;
    }

    void send(String head) throws IOException {
        out.write(head.getBytes(StandardCharsets.ISO_8859_1));
    }

    void sendChunk(byte[] bytes, int count) throws IOException {
        out.write((Integer.toHexString(count) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        out.write(bytes, 0, count);
        out.write("\r\n".getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The head of a response, and where its body ends: -1 is by chunks. */
    record Head(int status, List<String> headers, long length) {
        Optional<String> header(String name) {
            String prefix = name.toLowerCase(Locale.ROOT) + ":";
            return headers.stream().filter(line -> line.toLowerCase(Locale.ROOT).startsWith(prefix))
                .map(line -> line.substring(prefix.length()).strip()).findFirst();
        }

        boolean keepsConnection() {
            return header("Connection").filter("close"::equalsIgnoreCase).isEmpty();
        }
    }

    /** The connection ended before a byte of an answer came. */
    static final class Unanswered extends IOException {
        private static final long serialVersionUID = 1L;

        Unanswered(String how) {
            super(how);
        }
    }

    private void awaitAnswer() throws IOException {
        in.mark(1);
        try {
            if (in.read() < 0) {
                throw new Unanswered("the connection ended");
            }
        } catch (SocketException e) {
            throw new Unanswered(e.toString());
        }
        in.reset();
    }

    /** @throws Unanswered where there is none at all */
    Head head() throws IOException {
        awaitAnswer();
        String status = line();
        if (!status.startsWith("HTTP/1.1 ")) {
            throw new IOException("no status line but " + status);
        }
        List<String> headers = new ArrayList<>();
        for (String header = line(); !header.isEmpty(); header = line()) {
            headers.add(header);
        }
        Head bare = new Head(Integer.parseInt(status.split(" ")[1]), headers, -1);
        if (bare.header("Transfer-Encoding").isPresent()) {
            return bare;
        }
        String length = bare.header("Content-Length").orElseThrow(() -> new IOException("no framing: " + headers));
        return new Head(bare.status, headers, Long.parseLong(length));
    }

    /** Where the bytes of a body go. */
    interface Sink {
        void take(byte[] bytes, int count) throws IOException;
    }

    /** @throws EOFException where the connection ends before the body does */
    void body(Head head, Sink sink) throws IOException {
        if (head.length >= 0) {
            pass(head.length, sink);
            return;
        }
        for (long size = chunkSize(); size > 0; size = chunkSize()) {
            pass(size, sink);
            line();
        }
        line();
    }

    private long chunkSize() throws IOException {
        return Long.parseLong(line(), 16);
    }

    private void pass(long count, Sink sink) throws IOException {
        byte[] buffer = new byte[(int) Math.min(BUFFER_BYTES, Math.max(1, count))];
        for (long left = count; left > 0;) {
            int got = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (got < 0) {
                throw new EOFException("the connection ended " + left + " bytes before the end of a piece of " + count);
            }
            sink.take(buffer, got);
            left -= got;
        }
    }

    /** Without its end. */
    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the connection ended in a line: " + line);
            }
            line.append((char) next);
        }
        return line.toString().stripTrailing();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
