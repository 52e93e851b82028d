package warren.connector;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.Answer;
import warren.contract.GenerationId;
import warren.pool.OwnersLog;
import warren.pool.Pace;

/**
 * Reads one generation's FIFO, its descriptors 1 and 2, until the last process that holds it is gone, and appends
 * what it says to the owner's log, line by line. A line longer than {@value #LINE_BYTES} bytes becomes several. While
 * the log takes no more, what comes is read and dropped, and counted there.
 *
 * <p>Whoever writes without end, or byte by byte, costs no more than {@value #READS_AT_ONCE} reads at once and then one in {@value
 * #EACH_MILLIS} ms, so that no neighbor waits for many; his FIFO is full meanwhile. A writer never waits for a full one: it loses
 * what it writes, and that is all that is known here. A line stands about where that was.
 *
 * <p>One daemon thread for each running generation, for Java can wait for one FIFO only; most of the time it waits with
 * a small stack and a small buffer.
 */
final class GenerationLogReader implements Runnable, OwnersLog.Followed {
    static final int LINE_BYTES = 8 * 1024;
    static final int READ_BYTES = 8 * 1024;
    /**
     * A FIFO has 16 pages (pipe(7)), and a write that does not fit into what is left of one takes the next. So full of
     * lines up to 512 bytes each it has at least seven eighths of 64 KB in it.
     */
    private static final int FULL_BYTES = 56 * 1024;
    static final int READS_AT_ONCE = 100;
    static final int EACH_MILLIS = 7;
    private static final int STACK_BYTES = 128 * 1024;
    private static final long PATIENCE_MILLIS = 500;
    private static final int WORDS = 500;
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Logger LOG = LogManager.getLogger(GenerationLogReader.class);

    private final GenerationId generation;
    private final FileInputStream fifo;
    private final Set<GenerationLogReader> active;
    private final VirtualHostLog log;
    private final Pace reads = new Pace(Duration.ofMillis(EACH_MILLIS), READS_AT_ONCE);
    private final Allowance warnings = new Allowance(1, SECOND);
    private final List<String> batch = new ArrayList<>();
    private final ChangeSign sign;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile Optional<String> lastLine = Optional.empty();
    private byte[] line = new byte[256];
    private int lineLength;
    private boolean dropping;
    private int bytesUntilLoss;

    private GenerationLogReader(GenerationId generation, FileInputStream fifo, VirtualHostLog log, Runnable changed,
            Set<GenerationLogReader> active) {
        this.active = active;
        this.sign = new ChangeSign(changed);
        this.generation = generation;
        this.fifo = fifo;
        this.log = log;
    }

    /**
     * For a new generation, or one that runs already: what it has written meanwhile is still in its FIFO.
     *
     * @param active has it until it ends
     */
    static GenerationLogReader start(Answer.Launched launched, VirtualHostLog log, Runnable changed,
            Set<GenerationLogReader> active) throws IOException {
        FileInputStream fifo = open(launched.log());
        GenerationId generation = launched.generation();
        GenerationLogReader reader = new GenerationLogReader(generation, fifo, log, changed, active);
        active.add(reader);
        Thread.ofPlatform().daemon().stackSize(STACK_BYTES).name("log " + generation.fileName()).start(reader);
        return reader;
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

    /** What the generation says from now on is for another reader. */
    void close() {
        try {
            // not the stream itself: that would not end a read that waits
            fifo.getChannel().close();
        } catch (IOException e) {
            LOG.debug("{} is read no longer", generation, e);
        }
    }

    @Override
    public void run() {
        ByteBuffer read = ByteBuffer.allocateDirect(READ_BYTES);
        byte[] bytes = new byte[READ_BYTES];
        try (FileChannel channel = fifo.getChannel()) {
            for (int count = channel.read(read.clear()); count > 0; count = channel.read(read.clear())) {
                read.get(0, bytes, 0, count);
                sign.look(bytes, count);
                take(bytes, count);
                noteFullFifo(count);
                appendBatch();
                pauseAfterMany();
            }
        } catch (ClosedChannelException e) {
            LOG.debug("{} is read by the next connector", generation);
        } catch (IOException e) {
            LOG.warn("{} what it says is lost from here on: {}", generation, e.toString());
        } catch (InterruptedException e) {
            LOG.debug("{} is no longer read", generation, e);
        }
        endLine();
        appendBatch();
        ended.countDown();
        active.remove(this);
    }

    @Override
    public Optional<String> lastWords() {
        try {
            if (!ended.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                LOG.debug("{} may have more to say", generation);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return lastLine;
    }

    private void take(byte[] bytes, int count) {
        if (!log.hasRoom()) {
            drop(bytes, count);
            return;
        }
        for (int i = dropping ? restOfDroppedLine(bytes, count) : 0; i < count; i++) {
            takeByte(bytes[i]);
        }
    }

    private void drop(byte[] bytes, int count) {
        int lines = 0;
        for (int i = 0; i < count; i++) {
            lines += bytes[i] == '\n' ? 1 : 0;
        }
        log.countOverRate(lines);
        lineLength = 0;
        dropping = bytes[count - 1] != '\n';
    }

    private int restOfDroppedLine(byte[] bytes, int count) {
        for (int i = 0; i < count; i++) {
            if (bytes[i] == '\n') {
                dropping = false;
                log.countOverRate(1);
                return i + 1;
            }
        }
        return count;
    }

    private void takeByte(byte next) {
        if (next == '\n') {
            endLine();
            return;
        }
        if (lineLength == line.length) {
            line = Arrays.copyOf(line, Math.min(LINE_BYTES, 4 * line.length));
        }
        line[lineLength++] = next;
        if (lineLength == LINE_BYTES) {
            endLine();
        }
    }

    private void endLine() {
        int length = ChangeSign.lengthWithout(line, lineLength);
        if (length > 0) {
            String text = LogText.escape(line, 0, length);
            lastLine = Optional.of(text.length() > WORDS ? text.substring(0, WORDS) + "..." : text);
            batch.add(prefix() + text);
        }
        lineLength = 0;
    }

    /** What was lost would have come after all that is in it now. */
    private void noteFullFifo(int count) throws IOException {
        if (bytesUntilLoss > 0) {
            bytesUntilLoss -= count;
            if (bytesUntilLoss <= 0) {
                batch.add(prefix() + "warren: the FIFO of this log was full, lines may be missing here");
            }
        } else if (count == READ_BYTES) {
            int rest = fifo.available();
            if (count + rest >= FULL_BYTES && warnings.take(1)) {
                log.countFifoFull();
                bytesUntilLoss = rest;
            }
        }
    }

    private void appendBatch() {
        if (!batch.isEmpty()) {
            log.append(batch);
            batch.clear();
        }
    }

    private void pauseAfterMany() throws InterruptedException {
        Duration pause = reads.next(System.nanoTime());
        // a sleep of nothing would still give the processor away
        if (!pause.isZero()) {
            Thread.sleep(pause);
        }
    }

    private String prefix() {
        return "gen=" + generation.number() + " ";
    }
}
