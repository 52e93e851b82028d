package warren.httpd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What changes with a file's contents ({@code inode(7)}); nobody but root can set the time of a change back. */
record FileSignature(long device, long inode, long size, long modifiedNanos, long changedNanos) {
    /** A file that changes twice within a tick of the kernel's clock may look the same both times. */
    private static final long SETTLED_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** Of what the path leads to; empty where it cannot be looked at. */
    static Optional<FileSignature> of(Path file) {
        try {
            Map<String, Object> found = Files.readAttributes(file, "unix:dev,ino,size,lastModifiedTime,ctime");
            return Optional.of(new FileSignature((Long) found.get("dev"), (Long) found.get("ino"), (Long) found.get("size"),
                nanos(found.get("lastModifiedTime")), nanos(found.get("ctime"))));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static long nanos(Object time) {
        return ((FileTime) time).to(TimeUnit.NANOSECONDS);
    }

    /** Whether a later change cannot have the same signature, seen from the moment at which the reading began. */
    boolean isSettled(Instant readingBegan) {
        return changedNanos < TimeUnit.MILLISECONDS.toNanos(readingBegan.toEpochMilli()) - SETTLED_NANOS;
    }
}
