package warren.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * {@link Note}s in a directory that root alone can enter, one file each. One that cannot be written is logged: what it
 * is about is ended by the next launcher.
 */
final class Notes {
    private static final Logger LOG = LogManager.getLogger(Notes.class);
    private static final String UNFINISHED = ".new";
    private final Path directory;

    Notes(Path directory) {
        this.directory = directory;
    }

    void write(String name, Note note) throws IOException {
        Secrets.writeAtomically(directory.resolve(name), note.text());
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

    void remove(String name) {
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
