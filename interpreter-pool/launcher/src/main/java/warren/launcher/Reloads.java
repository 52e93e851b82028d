package warren.launcher;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import warren.contract.Ask;
import warren.contract.VirtualHostName;

/**
 * The reloads asked for, and what the connector told of them. Until one is asked for a virtual host's count is 0, which
 * renews nothing in a connector that has known another launcher; from then on it is above all of the earlier ones'.
 */
final class Reloads {
    private final long before;
    private final Map<VirtualHostName, Long> asked = new HashMap<>();
    private final Map<VirtualHostName, Ask.ReportReload> told = new HashMap<>();
    private List<VirtualHostName> awaited = List.of();

    /** @param before the first count will be one more; above those of every earlier launcher */
    Reloads(long before) {
        this.before = before;
    }

    /** Grows with each reload of this virtual host that is asked for. */
    synchronized long countOf(VirtualHostName name) {
        return asked.getOrDefault(name, 0L);
    }

    /** One more. */
    synchronized void ask(VirtualHostName name) {
        asked.merge(name, before + 1, (count, first) -> count + 1);
    }

    synchronized void reported(Ask.ReportReload report) {
        told.put(report.virtualHost(), report);
        notifyAll();
    }

    /**
     * Waits until the connector has told of all of these.
     *
     * @return what it told: an empty text where the new generation serves or none was running, else why not; those it
     *     did not tell of in time are missing
     */
    synchronized Map<VirtualHostName, String> await(Collection<VirtualHostName> names, Duration atMost) {
        awaited = List.copyOf(names);
        long deadline = System.nanoTime() + atMost.toNanos();
        Map<VirtualHostName, String> outcomes = new TreeMap<>();
        for (VirtualHostName name : names) {
            while (outcome(name).isEmpty() && TimedWait.on(this, deadline)) {
                continue;
            }
            outcome(name).ifPresent(text -> outcomes.put(name, text));
        }
        return outcomes;
    }

    /** How many of those that were waited for last have been told of, of how many. */
    synchronized String progress() {
        return awaited.stream().filter(name -> outcome(name).isPresent()).count() + " of " + awaited.size();
    }

    private Optional<String> outcome(VirtualHostName name) {
        return Optional.ofNullable(told.get(name))
            .filter(report -> report.reloads() >= countOf(name))
            .map(Ask.ReportReload::failure);
    }
}
