package warren.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * {@link Note}s in a directory that root alone can enter, one file each. One that cannot be written is logged, for what
 * it is about would be ended by the next launcher, and tried again until it can: the disk may be full.
 */
final class Notes {
    private static final Logger LOG = LogManager.getLogger(Notes.class);
    private static final String UNFINISHED = ".new";
    private static final Duration AGAIN = Duration.ofMillis(500);
    private final Path directory;
    private final Map<String, Note> unwritten = new HashMap<>();

    Notes(Path directory) {
        this.directory = directory;
    }

    /** Now, or later where it cannot be written now and is not removed before. */
    synchronized void write(String name, Note note) {
        try {
            writeNow(name, note);
        } catch (IOException e) {
            LOG.error("{} has no note for the next launcher yet: {}", name, e.getMessage());
            if (unwritten.isEmpty()) {
                Thread thread = new Thread(this::writeLater, "late notes");
                thread.setDaemon(true);
                thread.start();
            }
            unwritten.put(name, note);
        }
    }

    private void writeNow(String name, Note note) throws IOException {
        Secrets.writeAtomically(directory.resolve(name), note.text());
    }

    private void writeLater() {
        do {
            LockSupport.parkNanos(AGAIN.toNanos());
        } while (!areAllWritten());
    }

    private synchronized boolean areAllWritten() {
        for (String name : List.copyOf(unwritten.keySet())) {
            try {
                writeNow(name, unwritten.get(name));
                unwritten.remove(name);
                LOG.info("{} has its note now", name);
            } catch (IOException e) {
                LOG.debug("{} has no note yet: {}", name, e.toString());
            }
        }
        return unwritten.isEmpty();
    }

    /** Empty where there is none, or none that is whole. */
    Optional<Note> find(String name) {
        try {
            return Optional.of(Note.parse(Files.readString(directory.resolve(name))));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException e) {
            LOG.warn("{}: {}", directory.resolve(name), e.getMessage());
            return Optional.empty();
        }
    }

    synchronized void remove(String name) {
        unwritten.remove(name);
        try {
            Files.deleteIfExists(directory.resolve(name));
        } catch (IOException e) {
            LOG.error("{}", e.toString());
        }
    }

    /** Of all that there are. */
    List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> !name.endsWith(UNFINISHED)).toList();
        }
    }
}
