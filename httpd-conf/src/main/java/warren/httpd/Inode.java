package warren.httpd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What {@code lstat(2)} or {@code stat(2)} tells of a path.
 *
 * @param mode with its type ({@code inode(7)})
 */
record Inode(FileSignature signature, int uid, int mode) {
    private static final int TYPE = 0170000;
    private static final int DIRECTORY = 0040000;
    private static final int SYMBOLIC_LINK = 0120000;

    static Inode of(Path path, LinkOption... options) throws IOException {
        Map<String, Object> found = Files.readAttributes(path, "unix:dev,ino,size,lastModifiedTime,ctime,uid,mode", options);
        FileSignature signature = new FileSignature((Long) found.get("dev"), (Long) found.get("ino"),
            (Long) found.get("size"), nanos(found.get("lastModifiedTime")), nanos(found.get("ctime")));
        return new Inode(signature, (Integer) found.get("uid"), (Integer) found.get("mode"));
    }

    private static long nanos(Object time) {
        return ((FileTime) time).to(TimeUnit.NANOSECONDS);
    }

    boolean isDirectory() {
        return (mode & TYPE) == DIRECTORY;
    }

    boolean isSymbolicLink() {
        return (mode & TYPE) == SYMBOLIC_LINK;
    }

    /** {@code of UID 1000, mode 0644}. */
    String ownerAndMode() {
        return String.format("of UID %d, mode %04o", uid, mode & 07777);
    }
}
