package warren.httpd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Looks at owners and modes ({@code inode(7)}), at each directory once. */
final class RootOnly implements FileGuard {
    private static final int WRITABLE_TO_OTHERS = 0022;
    private static final int READABLE_TO_OTHERS = 0044;
    private static final int MOST_LINKS = 40;
    private final Supplier<Inodes> inodes;
    private final Map<Path, Optional<String>> known = new HashMap<>();

    /** @param inodes what the reading has looked at */
    RootOnly(Supplier<Inodes> inodes) {
        this.inodes = inodes;
    }

    @Override
    public Optional<String> changeable(Path path) {
        return check(path.toAbsolutePath().normalize(), MOST_LINKS);
    }

    @Override
    public Optional<String> readable(Path file) {
        try {
            Inode inode = inodes.get().target(file);
            return inode.uid() != 0 || (inode.mode() & READABLE_TO_OTHERS) != 0
                ? Optional.of(file + " is readable by others (" + inode.ownerAndMode() + ")") : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(file + " cannot be looked at");
        }
    }

    private Optional<String> check(Path path, int links) {
        Optional<String> answer = known.get(path);
        if (answer == null) {
            Path parent = path.getParent();
            answer = parent == null ? Optional.empty() : check(parent, links);
            answer = answer.isPresent() ? answer : itself(path, links);
            known.put(path, answer);
        }
        return answer;
    }

    private Optional<String> itself(Path path, int links) {
        try {
            Inode inode = inodes.get().itself(path);
            if (inode.uid() != 0) {
                return Optional.of(path + " is " + inode.ownerAndMode());
            }
            if (inode.isSymbolicLink()) { // its own mode means nothing
                return links == 0 ? Optional.of(path + " is a loop of symbolic links")
                    : check(path.resolveSibling(Files.readSymbolicLink(path)).normalize(), links - 1);
            }
            return (inode.mode() & WRITABLE_TO_OTHERS) != 0 ? Optional.of(path + " is " + inode.ownerAndMode())
                : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty(); // its parent is root's, so only root can make it
        } catch (IOException e) {
            return Optional.of(path + " cannot be looked at");
        }
    }
}
