package warren.pool;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A request's body, taken from the client before an interpreter is borrowed: up to {@value #IN_MEMORY_BYTES} bytes in
 * memory, what is longer in a private file besides. An interpreter never waits for a slow client, and the client's
 * connection is read by one thread before the same thread writes to it.
 */
final class RequestBody implements AutoCloseable {
    static final int IN_MEMORY_BYTES = 64 * 1024;
    private final byte[] start;
    private final Optional<FileChannel> rest;

    private RequestBody(byte[] start, Optional<FileChannel> rest) {
        this.start = start;
        this.rest = rest;
    }

    /** @throws IOException where the client's side failed, or the disk is full */
    static RequestBody of(InputStream stream) throws IOException {
        byte[] start = stream.readNBytes(IN_MEMORY_BYTES);
        return new RequestBody(start, start.length < IN_MEMORY_BYTES ? Optional.empty() : Optional.of(spool(stream)));
    }

    private static FileChannel spool(InputStream stream) throws IOException {
        Path path = Files.createTempFile("body-", "");
        FileChannel file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        // without a name from here on: whatever becomes of this process, nothing of it is left
        Files.delete(path);
        try {
            OutputStream out = Channels.newOutputStream(file);
            stream.transferTo(out);
            return file;
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /** The bytes in memory. */
    byte[] start() {
        return start;
    }

    /** Whether that is all of it. */
    boolean isWhole() {
        return rest.isEmpty();
    }

    /** What follows them, from its beginning each time. */
    InputStream rest() throws IOException {
        if (rest.isEmpty()) {
            return InputStream.nullInputStream();
        }
        rest.get().position(0);
        return new BufferedInputStream(Channels.newInputStream(rest.get()), IN_MEMORY_BYTES);
    }

    /** Gives the file's space back. */
    @Override
    public void close() throws IOException {
        if (rest.isPresent()) {
            rest.get().close();
        }
    }
}
