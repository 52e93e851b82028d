package warren.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.GenerationId;

/**
 * A virtual host's generations that nobody asks any more: what they still have may finish, and they are stopped when it
 * has, or when their time to drain is over.
 */
final class Draining {
    private static final Logger LOG = LogManager.getLogger(Draining.class);
    private final Shared shared;
    private final Set<Generation> generations = ConcurrentHashMap.newKeySet();

    Draining(Shared shared) {
        this.shared = shared;
    }

    void drain(Generation generation, Duration atMost) {
        generations.add(generation);
        generation.drain();
        LOG.debug("{} drains", generation.id());
        shared.after(atMost, () -> {
            if (stop(generation)) {
                LOG.warn("{} did not drain in time", generation.id());
            }
        });
        stopIfDrained(generation);
    }

    /** One of its interpreters has come back: perhaps the last that was waited for. */
    void stopIfDrained(Generation generation) {
        if (generation.isDrained()) {
            stop(generation);
        }
    }

    private boolean stop(Generation generation) {
        boolean first = generation.stop();
        if (first) {
            generations.remove(generation);
            shared.stop(generation.id());
        }
        return first;
    }

    boolean has(GenerationId id) {
        return generations.stream().anyMatch(generation -> generation.id().equals(id));
    }

    List<Generation> all() {
        return new ArrayList<>(generations);
    }

    /** Closes connections, so that interpreters end; the generations are left to the launcher. */
    void closeAll() {
        generations.forEach(Generation::closeAll);
    }
}
