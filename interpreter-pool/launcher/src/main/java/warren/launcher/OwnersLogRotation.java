package warren.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.LogRotation;
import warren.launcher.system.OwnersLogFile;

/**
 * Rotates the owners' logs, for the connector can write in them and not rename them: {@code NAME.log} becomes
 * {@code NAME.log.1}, which becomes {@code NAME.log.2}, and the oldest goes. Only a log that has its size by root's own
 * look is rotated, whatever is asked. At every moment there is a {@code NAME.log} that the connector can append to. An
 * old one is root's and can be read by its owner.
 *
 * <p>By paths, for Directories refuses a directory that anybody but root can write in, up to {@code /}: no name
 * below it can change between two looks. No call here follows a link as the last component.
 *
 * <p>Where a call fails nothing is lost, {@code launcher.log} says so at most once a minute, and the next ask goes on
 * from there.
 */
final class OwnersLogRotation {
    private static final Logger LOG = LogManager.getLogger(OwnersLogRotation.class);
    private static final long MINUTE = 60_000_000_000L;
    private static final int ROOT = 0;

    private final Path directory;
    private final long connectorUser;
    private long quietSince = System.nanoTime() - MINUTE;

    OwnersLogRotation(Path directory, long connectorUser) {
        this.directory = directory;
        this.connectorUser = connectorUser;
    }

    /** Makes the log where it is not there, rotates it where it is long enough, or does nothing. Never throws. */
    synchronized void tend(Site site) {
        try {
            if (site.owner().isPresent()) {
                rotate(site);
            }
        } catch (IOException e) {
            // its owner's flood on a full disk must not fill this log too
            if (System.nanoTime() - quietSince >= MINUTE) {
                quietSince = System.nanoTime();
                LOG.error("vhost={}: its log cannot be rotated, nor perhaps others: {}", site.virtualHost().name(),
                    e.toString());
            }
        }
    }

    private void rotate(Site site) throws IOException {
        String name = site.virtualHost().name() + ".log";
        long reader = site.owner().get().user().value();
        Path log = directory.resolve(name);
        if (!exists(log)) {
            OwnersLogFile.prepare(log.toString(), connectorUser, reader);
        } else if (site.virtualHost().logRotation().isDue(size(log))) {
            rotate(log, site.virtualHost().logRotation(), reader);
        }
    }

    private void rotate(Path log, LogRotation rotation, long reader) throws IOException {
        Path next = log.resolveSibling(log.getFileName() + ".new");
        Files.deleteIfExists(next);
        // before any rename: a full disk fails here, where no old one is lost for it
        OwnersLogFile.prepare(next.toString(), connectorUser, reader);
        deleteFrom(log, Math.max(1, rotation.kept()));
        int gap = firstGap(log);
        for (int number = gap - 1; number >= 1; number--) {
            Files.move(old(log, number), old(log, number + 1), StandardCopyOption.ATOMIC_MOVE);
        }
        // a second name and then a rename over the first: no moment without a log
        Files.createLink(old(log, 1), log);
        Files.move(next, log, StandardCopyOption.ATOMIC_MOVE);
        OwnersLogFile.prepare(old(log, 1).toString(), ROOT, reader);
    }

    /** All from this number on: the oldest, and what a higher count has left. */
    private static void deleteFrom(Path log, int first) throws IOException {
        int number = firstGap(log) - 1;
        for (; number >= first; number--) {
            Files.delete(old(log, number));
        }
    }

    private static int firstGap(Path log) {
        int number = 1;
        while (exists(old(log, number))) {
            number++;
        }
        return number;
    }

    private static Path old(Path log, int number) {
        return log.resolveSibling(log.getFileName() + "." + number);
    }

    private static boolean exists(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    private static long size(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).size();
    }
}
