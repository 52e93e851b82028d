package warren.connector;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import warren.contract.LogRotation;

/**
 * Appends to one file, which it opens anew each time and never creates, so that it may be rotated at any time. A line
 * that a full disk has cut is ended before the next one. Its caller holds a lock.
 */
final class LogAppender {
    private final Path file;
    private boolean looked;
    private boolean cut;

    LogAppender(Path file) {
        this.file = file;
    }

    /**
     * Writes these lines as far as it can; they end where the buffer's position is left.
     *
     * @return the size that the file had
     * @throws IOException where not all of it was written; the position says how much was
     */
    long append(ByteBuffer lines, LogRotation rotation) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND,
                LinkOption.NOFOLLOW_LINKS)) {
            long size = channel.size();
            if (rotation.isOverdue(size)) {
                throw new TooLong(size);
            }
            endCutLine(channel, size);
            write(channel, lines);
            return size;
        }
    }

    /** It was to be rotated long ago. */
    static final class TooLong extends IOException {
        TooLong(long size) {
            super("the log has " + size + " bytes and is not rotated");
        }
    }

    private void endCutLine(FileChannel channel, long size) throws IOException {
        if (!looked) {
            cut = size > 0 && endsWithinALine(size);
            looked = true;
        }
        // an empty file is another one, or one that was truncated
        if (cut && size > 0) {
            channel.write(ByteBuffer.wrap(new byte[] {'\n'}));
        }
        cut = false;
    }

    /** As the connector before this one may have left it. */
    private boolean endsWithinALine(long size) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            return channel.read(last, size - 1) == 1 && last.get(0) != '\n';
        }
    }

    private void write(FileChannel channel, ByteBuffer lines) throws IOException {
        try {
            while (lines.hasRemaining()) {
                channel.write(lines);
            }
        } finally {
            cut = lines.position() > 0 && lines.get(lines.position() - 1) != '\n';
        }
    }
}
