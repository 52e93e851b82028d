package warren.launcher;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import warren.contract.VirtualHostName;

/** The configuration that holds, the one before it, and who waits for the next one. */
final class Configurations {
    private Configuration current;
    private Configuration before;
    private long seenByConnector;

    /** @param before the first revision will be one more; above those of every earlier launcher */
    Configurations(long before) {
        this.current = new Configuration(before, Map.of());
        this.before = current;
    }

    synchronized Configuration current() {
        return current;
    }

    /** Replaces it; the revision is one more than the last. */
    synchronized Configuration replace(Map<VirtualHostName, Site> sites) {
        before = current;
        current = new Configuration(current.revision() + 1, sites);
        notifyAll();
        return current;
    }

    /** Waits until there is one with another revision; the same one again after so long, or as soon as something else is to be told. */
    synchronized Configuration awaitOtherThan(long revision, BooleanSupplier other, Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (current.revision() == revision && !other.getAsBoolean() && TimedWait.on(this, deadline)) {
            continue;
        }
        return current;
    }

    /** Who waits looks whether something else is to be told. */
    synchronized void wake() {
        notifyAll();
    }

    /** The one of that revision, where it was the last or the one before. */
    synchronized Optional<Configuration> find(long revision) {
        return Stream.of(current, before).filter(one -> one.revision() == revision).findFirst();
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
