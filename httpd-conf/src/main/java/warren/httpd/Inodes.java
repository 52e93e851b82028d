package warren.httpd;

import java.io.IOException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The files and directories that one reading looks at: each once, before it is read. What changes later is for the next
 * reading to see.
 */
final class Inodes {
    private final Map<Path, Inode> themselves = new HashMap<>();
    private final Map<Path, Inode> targets = new HashMap<>();

    /** Of the path, which may be a symbolic link. */
    Inode itself(Path path) throws IOException {
        Inode known = themselves.get(path);
        if (known == null) {
            known = Inode.of(path, LinkOption.NOFOLLOW_LINKS);
            themselves.put(path, known);
        }
        return known;
    }

    /** Of what the path leads to. */
    Inode target(Path path) throws IOException {
        Inode itself = itself(path);
        if (!itself.isSymbolicLink()) {
            return itself;
        }
        Inode known = targets.get(path);
        if (known == null) {
            known = Inode.of(path);
            targets.put(path, known);
        }
        return known;
    }

    /** Of what the path leads to; empty where it cannot be looked at. */
    Optional<FileSignature> signature(Path path) {
        try {
            return Optional.of(target(path).signature());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** False too where it cannot be looked at. */
    boolean isDirectory(Path path) {
        try {
            return target(path).isDirectory();
        } catch (IOException e) {
            return false;
        }
    }
}
