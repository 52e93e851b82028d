package warren.connector;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.util.ArrayList;
import java.util.List;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.Answer;
import warren.contract.GenerationId;

/**
 * Reads one generation's FIFO, its descriptors 1 and 2, until the last process that holds it is gone, and appends
 * what it says to the owner's log, line by line. A line longer than {@value #LINE_BYTES} bytes becomes several. Past
 * {@value #BYTES_PER_SECOND} bytes within a second the rest of that second is read and dropped, and counted in a line.
 * One daemon thread for each running generation.
 */
final class GenerationLogReader implements Runnable {
    static final int LINE_BYTES = 8 * 1024;
    static final int BYTES_PER_SECOND = 1024 * 1024;
    private static final Logger LOG = LogManager.getLogger(GenerationLogReader.class);
    private static final long SECOND = 1_000_000_000;

    private final GenerationId generation;
    private final FileInputStream fifo;
    private final OwnersLogs logs;
    private final byte[] line = new byte[LINE_BYTES];
    private final List<String> batch = new ArrayList<>();
    private int lineLength;
    private long secondBegan = System.nanoTime();
    private int takenThisSecond;
    private long dropped;

    private GenerationLogReader(GenerationId generation, FileInputStream fifo, OwnersLogs logs) {
        this.generation = generation;
        this.fifo = fifo;
        this.logs = logs;
    }

    static void start(Answer.Launched launched, OwnersLogs logs) throws IOException {
        FileInputStream fifo = open(launched.log());
        GenerationId generation = launched.generation();
        Thread.ofPlatform().daemon().name("log " + generation.fileName())
            .start(new GenerationLogReader(generation, fifo, logs));
    }

    /**
     * To open a FIFO for reading blocks until a writer comes, and the writer may have ended already. To open it for
     * both never does (fifo(7)), and with that writer there the reading end opens at once.
     */
    private static FileInputStream open(String path) throws IOException {
        try (RandomAccessFile both = new RandomAccessFile(path, "rw")) {
            return new FileInputStream(path);
        }
    }

    @Override
    public void run() {
        byte[] bytes = new byte[64 * 1024];
        try (fifo) {
            for (int count = fifo.read(bytes); count > 0; count = fifo.read(bytes)) {
                take(bytes, count);
                appendBatch();
            }
        } catch (IOException e) {
            LOG.warn("{} what it says is lost from here on: {}", generation, e.toString());
        }
        endLine();
        sayDropped();
        appendBatch();
    }

    private void take(byte[] bytes, int count) {
        long now = System.nanoTime();
        if (now - secondBegan >= SECOND) {
            sayDropped();
            secondBegan = now;
            takenThisSecond = 0;
        }
        if (takenThisSecond > BYTES_PER_SECOND) {
            dropped += count;
            return;
        }
        takenThisSecond += count;
        for (int i = 0; i < count; i++) {
            takeByte(bytes[i]);
        }
    }

    private void takeByte(byte next) {
        if (next == '\n') {
            endLine();
            return;
        }
        line[lineLength++] = next;
        if (lineLength == LINE_BYTES) {
            endLine();
        }
    }

    private void endLine() {
        if (lineLength > 0) {
            batch.add(prefix() + LogText.escape(line, 0, lineLength));
            lineLength = 0;
        }
    }

    private void sayDropped() {
        if (dropped > 0) {
            batch.add(prefix() + "warren: " + dropped + " bytes were too many for one second and are dropped");
            dropped = 0;
        }
    }

    private void appendBatch() {
        if (!batch.isEmpty()) {
            logs.append(generation.virtualHost(), batch);
            batch.clear();
        }
    }

    private String prefix() {
        return "gen=" + generation.number() + " ";
    }
}
