package warren.launcher;

import java.time.Duration;
import java.util.Map;
import warren.contract.VirtualHostName;

/** The configuration that holds, and who waits for the next one. */
final class Configurations {
    private Configuration current;
    private long seenByConnector;

    /** @param before the first revision will be one more; above those of every earlier launcher */
    Configurations(long before) {
        current = new Configuration(before, Map.of());
    }

    synchronized Configuration current() {
        return current;
    }

    /** Replaces it; the revision is one more than the last. */
    synchronized Configuration replace(Map<VirtualHostName, Site> sites) {
        current = new Configuration(current.revision() + 1, sites);
        notifyAll();
        return current;
    }

    /** Waits until there is one with another revision; the same one again after so long. */
    synchronized Configuration awaitOtherThan(long revision, Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (current.revision() == revision && TimedWait.on(this, deadline)) {
            continue;
        }
        return current;
    }

    /** A connector says that it serves this revision. */
    synchronized void connectorHas(long revision) {
        seenByConnector = revision;
        notifyAll();
    }

    /** A connector has gone; the next one has seen nothing. */
    synchronized void connectorGone() {
        seenByConnector = 0;
    }

    /** Waits until a connector serves the current revision. */
    synchronized boolean awaitConnector(Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (seenByConnector != current.revision() && TimedWait.on(this, deadline)) {
            continue;
        }
        return seenByConnector == current.revision();
    }
}
