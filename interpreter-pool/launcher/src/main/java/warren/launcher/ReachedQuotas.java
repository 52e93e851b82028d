package warren.launcher;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.GenerationId;
import warren.contract.VirtualHostName;
import warren.launcher.cgroup.QuotaGroup;

/**
 * What the kernel has killed processes of generations for: told once for each process; and where a parent interpreter ended with
 * it, to everybody who asks about that generation, for all its interpreters go with their parent.
 */
final class ReachedQuotas {
    private static final Logger LOG = LogManager.getLogger(ReachedQuotas.class);
    /** Within it everybody has asked who had a request there. */
    private static final Duration MOMENT = Duration.ofSeconds(5);
    /** The last of each virtual host. */
    private final Map<VirtualHostName, Reached> last = new HashMap<>();

    private record Reached(GenerationId generation, String what, long atNanos) { }

    /**
     * Nothing where the kernel killed none.
     *
     * @param running it, unless it is gone
     */
    synchronized String of(GenerationId id, Optional<Generation> running) {
        String now = running.map(this::take).orElse("");
        boolean parentEnded = running.map(generation -> generation.parent().end().isDone()).orElse(true);
        return now.isEmpty() && parentEnded ? before(id) : now;
    }

    /** Its parent interpreter has ended by itself; before its quota group goes. */
    synchronized void parentEnded(Generation generation) {
        take(generation);
    }

    private String take(Generation generation) {
        String reached = generation.cgroup().group().map(QuotaGroup::takeReached).orElse("");
        if (!reached.isEmpty()) {
            LOG.warn("{} {}", generation, reached);
            last.put(generation.id().virtualHost(), new Reached(generation.id(), reached, System.nanoTime()));
        }
        return reached;
    }

    private String before(GenerationId id) {
        Reached reached = last.get(id.virtualHost());
        return reached != null && reached.generation.equals(id) && System.nanoTime() - reached.atNanos < MOMENT.toNanos() ? reached.what : "";
    }
}
