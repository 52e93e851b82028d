package warren.httpd;

import java.nio.file.Path;
import java.util.Optional;

/** Says whether a file of the configuration can be trusted. */
public interface FileGuard {
    /** Why somebody other than root could change what is read there, in words that name the place; empty where nobody can. */
    Optional<String> changeable(Path path);

    /** Why somebody other than root could read it; empty where nobody can. */
    Optional<String> readable(Path file);

    /**
     * The real one: a file and every directory above it, those of symbolic links and of their targets too, are owned
     * by root and writable to root alone. The sticky bit does not help: it keeps others from removing a file, not from
     * making one. An access control list that lets others write shows in the group's bits ({@code acl(5)}).
     *
     * @param known of the reading that it guards; a guard serves one reading
     */
    static FileGuard rootOnly(KnownFiles known) {
        return new RootOnly(known::inodes);
    }
}
