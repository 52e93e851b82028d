package warren.pool;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.Answer;
import warren.contract.GenerationId;
import warren.contract.VirtualHost;

/** Generations of one virtual host that run without its pool knowing them, the newest first. */
final class Found {
    private static final Logger LOG = LogManager.getLogger(Found.class);
    private final Shared shared;
    private final List<Answer.Running> newestFirst;
    private final boolean shares;

    /** @param shares whether a connector that has retired may serve with them */
    Found(Shared shared, List<Answer.Running> running, boolean shares) {
        this.shared = shared;
        this.shares = shares;
        this.newestFirst = running.stream().sorted(Comparator.comparing(Found::number).reversed()).toList();
    }

    private static int number(Answer.Running running) {
        return running.launched().generation().number();
    }

    boolean isEmpty() {
        return newestFirst.isEmpty();
    }

    boolean isOne() {
        return newestFirst.size() == 1;
    }

    /** The newest, unproved: who borrows first from it will see. */
    Generation newest(VirtualHost host) {
        Generation generation = shared.generation(newestFirst.getFirst(), host);
        generation.takeOver();
        return generation;
    }

    /** The newest that answers; all others are stopped. */
    Optional<Generation> newestGood(VirtualHost host) {
        Optional<Generation> good = Optional.empty();
        for (Answer.Running each : newestFirst) {
            if (good.isEmpty()) {
                good = loaded(each, host);
            } else if (!shares) {
                shared.stop(each.launched().generation());
            }
        }
        return good;
    }

    private Optional<Generation> loaded(Answer.Running running, VirtualHost host) {
        Generation generation = shared.generation(running, host);
        try {
            generation.load();
            return Optional.of(generation);
        } catch (LaunchRefusal e) {
            LOG.warn("{} is not taken over: {}", generation.id(), e.getMessage());
            generation.stop();
            shared.stop(generation.id());
            return Optional.empty();
        }
    }

    /** Stops those that nobody wants. */
    void stopUnless(Predicate<GenerationId> wanted) {
        newestFirst.stream().map(one -> one.launched().generation()).filter(wanted.negate()).filter(id -> !shares).forEach(id -> {
            LOG.warn("{} runs and nobody here asked for it: it is stopped", id);
            shared.stop(id);
        });
    }
}
