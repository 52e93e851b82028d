package warren.httpd;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** What changes with a file's contents ({@code inode(7)}); nobody but root can set the time of a change back. */
record FileSignature(long device, long inode, long size, long modifiedNanos, long changedNanos) {
    /** A file that changes twice within a tick of the kernel's clock may look the same both times. */
    private static final long SETTLED_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** Whether a later change cannot have the same signature, seen from the moment at which the reading began. */
    boolean isSettled(Instant readingBegan) {
        return changedNanos < TimeUnit.MILLISECONDS.toNanos(readingBegan.toEpochMilli()) - SETTLED_NANOS;
    }
}
