package warren.connector;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import warren.contract.LogRotation;

/**
 * One owner's log: {@value #BYTES_PER_SECOND} bytes a second at most, {@value #SENTENCES} sentences of Warren's own in
 * ten seconds, and not longer than twice the size at which it is to be rotated. What is beyond, and what the file does
 * not take, is dropped and counted, and a line says so as soon as one can be written. Nothing here throws.
 */
final class VirtualHostLog {
    static final int BYTES_PER_SECOND = 1024 * 1024;
    static final int SENTENCES = 1000;
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final LogAppender file;
    private final Supplier<LogRotation> rotation;
    private final Runnable askForRotation;
    private final Allowance bytes = new Allowance(BYTES_PER_SECOND, SECOND);
    private final Allowance sentences = new Allowance(SENTENCES, Duration.ofSeconds(10));
    private final Allowance asks = new Allowance(1, SECOND);
    private final Allowance confessions = new Allowance(1, SECOND);
    private final Allowance news = new Allowance(1, Duration.ofMinutes(1));
    private LogLosses losses = LogLosses.NONE;
    private LogLosses knownToOwner = LogLosses.NONE;
    private LogLosses knownToAdministrator = LogLosses.NONE;
    private Instant unwrittenSince = Instant.EPOCH;
    private String whyUnwritten = "";

    /**
     * @param rotation when it is to be rotated, as it is configured now
     * @param askForRotation is called at most once a second where it is too long or not there; does not block
     */
    VirtualHostLog(Path file, Supplier<LogRotation> rotation, Runnable askForRotation) {
        this.file = new LogAppender(file);
        this.rotation = rotation;
        this.askForRotation = askForRotation;
    }

    /** A sentence of Warren's. */
    synchronized void tell(String sentence) {
        if (sentences.take(1)) {
            append(List.of("warren: " + LogText.escape(sentence)));
        } else {
            losses = losses.overRate(1);
        }
    }

    /** Lines that are escaped already. */
    synchronized void append(List<String> lines) {
        if (!bytes.hasRoom()) {
            losses = losses.overRate(lines.size());
            return;
        }
        Optional<String> confession = confession();
        List<String> all = new ArrayList<>(lines.size() + 1);
        confession.ifPresent(all::add);
        all.addAll(lines);
        if (all.isEmpty()) {
            return;
        }
        ByteBuffer batch = batch(all);
        bytes.take(batch.remaining());
        LogLosses confessed = losses;
        int written = write(batch, all.size());
        if (confession.isPresent() && written > 0) {
            knownToOwner = confessed;
            confessions.take(1);
            written--;
        }
        losses = losses.unwritten(lines.size() - written);
    }

    private static ByteBuffer batch(List<String> lines) {
        String now = now().toString();
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(now).append(' ').append(line).append('\n'));
        return StandardCharsets.UTF_8.encode(text.toString());
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }

    /** How many whole lines were written. */
    private int write(ByteBuffer batch, int lines) {
        LogRotation when = rotation.get();
        try {
            if (when.isDue(file.append(batch, when))) {
                ask();
            }
            return lines;
        } catch (NoSuchFileException | LogAppender.TooLong e) {
            ask();
            unwritten(e instanceof NoSuchFileException ? "there is no such file" : e.getMessage());
        } catch (IOException e) {
            unwritten(String.valueOf(e.getMessage()));
        }
        return linesBefore(batch);
    }

    private void ask() {
        if (asks.take(1)) {
            askForRotation.run();
        }
    }

    private void unwritten(String why) {
        if (losses.linesUnwritten() == knownToOwner.linesUnwritten()) {
            unwrittenSince = now();
        }
        whyUnwritten = why;
    }

    private static int linesBefore(ByteBuffer batch) {
        int lines = 0;
        for (int i = 0; i < batch.position(); i++) {
            lines += batch.get(i) == '\n' ? 1 : 0;
        }
        return lines;
    }

    /** What the owner does not know of yet, at most once a second. */
    private Optional<String> confession() {
        LogLosses unknown = losses.since(knownToOwner);
        if (unknown.linesOverRate() + unknown.linesUnwritten() == 0 || !confessions.hasRoom()) {
            return Optional.empty();
        }
        List<String> parts = new ArrayList<>();
        if (unknown.linesOverRate() > 0) {
            parts.add(unknown.linesOverRate() + " lines were too many at a time and are dropped");
        }
        if (unknown.linesUnwritten() > 0) {
            parts.add(unknown.linesUnwritten() + " lines could not be written since " + unwrittenSince
                + " and are lost: " + LogText.escape(whyUnwritten));
        }
        return Optional.of("warren: " + String.join("; ", parts));
    }

    /** Whether a line would be taken now; who has many asks before it makes them. */
    synchronized boolean hasRoom() {
        return bytes.hasRoom();
    }

    /** Lines that were not even made, for there was no room. */
    synchronized void countOverRate(long lines) {
        losses = losses.overRate(lines);
    }

    /** A FIFO of a generation was full. */
    synchronized void countFifoFull() {
        losses = losses.fifoFull();
    }

    synchronized LogLosses losses() {
        return losses;
    }

    /** Says to the owner what is lost where no further line has come that it could precede. */
    synchronized void confess() {
        append(List.of());
    }

    /** What the administrator does not know of yet, at most once a minute: for connector.log. */
    synchronized Optional<String> news() {
        LogLosses unknown = losses.since(knownToAdministrator);
        if (unknown.equals(LogLosses.NONE) || !news.take(1)) {
            return Optional.empty();
        }
        knownToAdministrator = losses;
        return Optional.of("the owner's log has lost " + unknown.linesOverRate() + " lines that were too many at a time, "
            + unknown.linesUnwritten() + " that could not be written"
            + (unknown.linesUnwritten() > 0 ? " (" + whyUnwritten + ")" : "")
            + ", and its FIFO was full " + unknown.timesFifoFull() + " times");
    }
}
