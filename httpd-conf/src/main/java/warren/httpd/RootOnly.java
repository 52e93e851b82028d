package warren.httpd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Looks at owners and modes ({@code inode(7)}), at each directory once. */
final class RootOnly implements FileGuard {
    private static final int WRITABLE_TO_OTHERS = 0022;
    private static final int READABLE_TO_OTHERS = 0044;
    private static final int TYPE = 0170000;
    private static final int SYMBOLIC_LINK = 0120000;
    private static final int MOST_LINKS = 40;
    private final Map<Path, Optional<String>> known = new HashMap<>();

    @Override
    public Optional<String> changeable(Path path) {
        return check(path.toAbsolutePath().normalize(), MOST_LINKS);
    }

    @Override
    public Optional<String> readable(Path file) {
        try {
            Map<String, Object> attributes = Files.readAttributes(file, "unix:uid,mode");
            int mode = (Integer) attributes.get("mode");
            return (Integer) attributes.get("uid") != 0 || (mode & READABLE_TO_OTHERS) != 0
                ? Optional.of(file + " is readable by others (" + describe(attributes) + ")") : Optional.empty();
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
            Map<String, Object> attributes = Files.readAttributes(path, "unix:uid,mode", LinkOption.NOFOLLOW_LINKS);
            int mode = (Integer) attributes.get("mode");
            if ((Integer) attributes.get("uid") != 0) {
                return Optional.of(path + " is " + describe(attributes));
            }
            if ((mode & TYPE) == SYMBOLIC_LINK) { // its own mode means nothing
                return links == 0 ? Optional.of(path + " is a loop of symbolic links")
                    : check(path.resolveSibling(Files.readSymbolicLink(path)).normalize(), links - 1);
            }
            return (mode & WRITABLE_TO_OTHERS) != 0 ? Optional.of(path + " is " + describe(attributes))
                : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty(); // its parent is root's, so only root can make it
        } catch (IOException e) {
            return Optional.of(path + " cannot be looked at");
        }
    }

    private static String describe(Map<String, Object> attributes) {
        return String.format("of UID %d, mode %04o", (Integer) attributes.get("uid"),
            (Integer) attributes.get("mode") & 07777);
    }
}
