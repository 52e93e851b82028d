package warren.connector;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * What this program prints on descriptors 1 and 2, {@code connector.out}: so many bytes in its life, and no more.
 * Nobody rotates that file while it runs, and a library that complains of each request must not fill a disk.
 */
final class BoundedOutput extends OutputStream {
    private static final int MOST_BYTES = 256 * 1024;

    private final OutputStream output;
    private int left;

    BoundedOutput(OutputStream output, int most) {
        this.output = output;
        this.left = most;
    }

    /** Puts it in the place of {@code System.out} and {@code System.err}; descriptor 1 and 2 are one file. */
    static void install() {
        PrintStream bounded = new PrintStream(
            new BoundedOutput(new FileOutputStream(FileDescriptor.err), MOST_BYTES), true, StandardCharsets.UTF_8);
        System.setOut(bounded);
        System.setErr(bounded);
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
        int count = Math.min(left, length);
        left -= count;
        output.write(bytes, offset, count);
    }

    @Override
    public void flush() throws IOException {
        output.flush();
    }
}
