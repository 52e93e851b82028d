package warren.launcher;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import warren.contract.Ask;
import warren.contract.VirtualHostName;

/** The reloads asked for, and what the connector told of them. */
final class Reloads {
    private final Map<VirtualHostName, Long> asked = new HashMap<>();
    private final Map<VirtualHostName, Ask.ReportReload> told = new HashMap<>();

    /** How many reloads of this virtual host were asked for so far. */
    synchronized long countOf(VirtualHostName name) {
        return asked.getOrDefault(name, 0L);
    }

    /** One more. */
    synchronized void ask(VirtualHostName name) {
        asked.merge(name, 1L, Long::sum);
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
    synchronized Map<VirtualHostName, String> await(Iterable<VirtualHostName> names, Duration atMost) {
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

    private Optional<String> outcome(VirtualHostName name) {
        return Optional.ofNullable(told.get(name))
            .filter(report -> report.reloads() >= countOf(name))
            .map(Ask.ReportReload::failure);
    }
}
