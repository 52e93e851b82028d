package warren.pool;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.Optional;

/**
 * Bytes on their way from one side to the other, in their order: the first {@value #IN_MEMORY_BYTES} in memory, or fewer
 * where all spools together have much there, what follows in a private file of the virtual host's {@link SpoolSpace}.
 * For one thread at a time.
 */
final class Spool implements Closeable {
    static final int IN_MEMORY_BYTES = 64 * 1024;
    private static final int FIRST_BYTES = 8 * 1024;
    static final int PIECE_BYTES = 16 * 1024;
    private static final byte[] NOTHING = new byte[0];

    private final SpoolSpace space;
    private byte[] memory = NOTHING;
    private int inMemory;
    private Optional<FileChannel> file = Optional.empty();
    private long inFile;
    private byte[] piece = NOTHING;
    private long taken;

    Spool(SpoolSpace space) {
        this.space = space;
    }

    /** Whether so many bytes more are within the virtual host's limit. */
    boolean hasRoomFor(int count) {
        return space.hasRoomFor(count);
    }

    /** @throws IOException where the file cannot be made or written; nothing was added then */
    void add(byte[] bytes, int offset, int count) throws IOException {
        if (inFile == 0 && inMemory + count <= IN_MEMORY_BYTES && reserveMemory(inMemory + count)) {
            System.arraycopy(bytes, offset, memory, inMemory, count);
            inMemory += count;
        } else {
            writeToFile(ByteBuffer.wrap(bytes, offset, count));
            inFile += count;
        }
        space.take(count);
    }

    /**
     * Adds what one read of a stream gives.
     *
     * @param expected how many bytes will come in all, as far as is known
     * @return how many came, -1 at the stream's end
     */
    int addFrom(InputStream stream, long expected) throws IOException {
        boolean full = inFile > 0 || inMemory == IN_MEMORY_BYTES;
        if (full || inMemory == memory.length
                && !reserveMemory(Math.min(IN_MEMORY_BYTES, Math.max(inMemory + 1, expected)))) {
            usePiece();
            int count = stream.read(piece);
            if (count > 0) {
                add(piece, 0, count);
            }
            return count;
        }
        int count = stream.read(memory, inMemory, Math.min(memory.length, IN_MEMORY_BYTES) - inMemory);
        if (count > 0) {
            inMemory += count;
            space.take(count);
        }
        return count;
    }

    /** Whether so many bytes have room in memory now. */
    private boolean reserveMemory(long needed) {
        if (needed <= memory.length) {
            return true;
        }
        int length = (int) Math.max(needed, Math.max(FIRST_BYTES, 2L * memory.length));
        if (!space.takeMemory(length - memory.length)) {
            return false;
        }
        memory = Arrays.copyOf(memory, length);
        return true;
    }

    private void writeToFile(ByteBuffer bytes) throws IOException {
        if (file.isEmpty()) {
            file = Optional.of(space.openFile());
        }
        long at = inFile;
        while (bytes.hasRemaining()) {
            at += file.get().write(bytes, at);
        }
    }

    /** The next bytes, as many as there are and fit; how many. */
    int read(byte[] target, int offset, int most) throws IOException {
        int count = (int) Math.min(most, left());
        if (count == 0) {
            return 0;
        }
        if (taken < inMemory) {
            count = (int) Math.min(count, inMemory - taken);
            System.arraycopy(memory, (int) taken, target, offset, count);
        } else {
            count = file.orElseThrow().read(ByteBuffer.wrap(target, offset, count), taken - inMemory);
            if (count <= 0) {
                throw new IOException("a spool's file is shorter than what was written to it");
            }
        }
        taken += count;
        return count;
    }

    /** Where bytes go that are taken. The array is used again after the call. */
    interface Taker {
        void take(byte[] bytes, int offset, int count) throws IOException;
    }

    /** Gives the next bytes, as many as one piece may have. Those in memory are not copied. */
    void give(Taker taker) throws IOException {
        if (taken < inMemory) {
            int offset = (int) taken;
            int count = Math.min(PIECE_BYTES, inMemory - offset);
            taken += count;
            taker.take(memory, offset, count);
            return;
        }
        usePiece();
        int count = read(piece, 0, piece.length);
        taker.take(piece, 0, count);
    }

    private void usePiece() {
        if (piece.length == 0) {
            piece = new byte[PIECE_BYTES];
        }
    }

    /** How many bytes there are, taken or not. */
    long length() {
        return inMemory + inFile;
    }

    /** How many have not been taken. */
    long left() {
        return length() - taken;
    }

    /** Begins again with its first byte. */
    void rewind() {
        taken = 0;
    }

    /** Forgets everything, and has all its room again. */
    void clear() throws IOException {
        space.giveBack(length());
        inMemory = 0;
        inFile = 0;
        taken = 0;
        if (file.isPresent()) {
            file.get().truncate(0);
        }
    }

    /** Gives its room back; nothing is left of it. */
    @Override
    public void close() throws IOException {
        space.giveBack(length());
        inMemory = 0;
        inFile = 0;
        taken = 0;
        space.giveBackMemory(memory.length);
        memory = NOTHING;
        if (file.isPresent()) {
            file.get().close();
        }
    }
}
