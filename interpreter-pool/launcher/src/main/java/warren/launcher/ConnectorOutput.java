package warren.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * {@code connector.out}, the connector's descriptors 1 and 2: made before each start, and one that has grown to
 * {@value #LONG} bytes becomes {@code connector.out.1} in the place of the one before. The connector limits what it
 * prints in one life. Nobody but root can put a link into the directory, and none is followed here.
 */
final class ConnectorOutput {
    private static final long LONG = 1024 * 1024;

    private ConnectorOutput() { }

    static void prepare(Path file) throws IOException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!found.isRegularFile()) {
                throw new IOException(file + " is not a regular file, expected one or nothing");
            }
            if (found.size() < LONG) {
                return;
            }
            Files.move(file, file.resolveSibling(file.getFileName() + ".1"), StandardCopyOption.ATOMIC_MOVE);
        }
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
    }
}
