package warren.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** Whether a path that an administrator named may be shown to an owner, {@link warren.plugin.NamedPath}. */
final class PathCheck {
    private static final int OTHERS_WRITE = 02;
    private static final int GROUP_WRITE = 020;
    private static final int STICKY = 01000;
    private static final int ROOT = 0;
    private final Collection<Path> secrets;
    private final long uidFloor;

    /** @param uidFloor accounts below are the machine's: a service's directory of sockets is its own */
    PathCheck(Collection<Path> secrets, long uidFloor) {
        this.secrets = secrets;
        this.uidFloor = uidFloor;
    }

    /** What was expected instead; empty where it is good. */
    Optional<String> expected(Path path, long owner) {
        for (Path secret : secrets) {
            if (secret.startsWith(path) || path.startsWith(secret)) {
                return Optional.of("a path with nothing of Warren's own: " + secret + " is");
            }
        }
        Path part = path.getRoot();
        for (Path name : path) {
            part = part.resolve(name);
            Optional<String> wrong = expectedOf(part, owner, part.equals(path));
            if (wrong.isPresent()) {
                return wrong;
            }
        }
        return Optional.empty();
    }

    private Optional<String> expectedOf(Path part, long owner, boolean last) {
        Map<String, Object> attributes;
        try {
            attributes = Files.readAttributes(part, "unix:uid,gid,mode", LinkOption.NOFOLLOW_LINKS);
        } catch (IOException absent) {
            return Optional.of("a path that exists: " + part + " does not");
        }
        if (Files.isSymbolicLink(part)) {
            return Optional.of("a path without symbolic links: " + part + " is one");
        }
        int uid = (int) attributes.get("uid");
        if (uid != ROOT && uid != owner && !(last && isServices(uid))) {
            return Optional.of("a path that is root's or the owner's: " + part + " belongs to UID " + uid);
        }
        int mode = (int) attributes.get("mode");
        boolean groupMay = uid == owner || last && isServices((int) attributes.get("gid"));
        if ((mode & STICKY) == 0 && ((mode & OTHERS_WRITE) != 0 || (mode & GROUP_WRITE) != 0 && !groupMay)) {
            return Optional.of("a path that nobody else can write: " + part + " can be written by others");
        }
        return Optional.empty();
    }

    private boolean isServices(int id) {
        return Integer.toUnsignedLong(id) < uidFloor;
    }
}
