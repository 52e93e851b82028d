package warren.pool;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import warren.contract.PoolSettings;

/** Looks after the generation that serves, once a second: dead idle interpreters, spares, the idle time. */
final class Tending {
    private static final Duration EVERY = Duration.ofSeconds(1);
    private final Generations generations;
    private final Slots slots;
    private final Shared shared;
    private final AtomicBoolean makingSpares = new AtomicBoolean();
    private volatile long lastUsedNanos = System.nanoTime();

    Tending(Generations generations, Slots slots, Shared shared) {
        this.generations = generations;
        this.slots = slots;
        this.shared = shared;
    }

    /** The pool is used, or is given back: the idle time begins anew. */
    void used() {
        lastUsedNanos = System.nanoTime();
    }

    /** From now on, until it serves no more. */
    void begin(Generation generation) {
        shared.after(pause(), () -> tend(generation));
    }

    private Duration pause() {
        Duration idle = settings().deadlines().idle();
        return idle.compareTo(EVERY) < 0 ? idle : EVERY;
    }

    private PoolSettings settings() {
        return generations.host().pool();
    }

    private void tend(Generation generation) {
        if (shared.isRetired() || !generations.isServing(generation) || endIfIdle(generation)) {
            return;
        }
        tendNow(generation);
        begin(generation);
    }

    private boolean endIfIdle(Generation generation) {
        boolean isIdle = settings().start() == 0 && slots.claims() == 0
            && System.nanoTime() - lastUsedNanos >= settings().deadlines().idle().toNanos();
        return isIdle && generations.endUnlessClaimed(generation);
    }

    private void tendNow(Generation generation) {
        try {
            generation.tend();
        } catch (Generation.Gone e) {
            generations.lost(generation, e.getMessage());
        }
    }

    /** MinSpare is kept in the background, one task at a time. */
    void keepSpares(Generation generation) {
        if (generation.lacksSpares() && makingSpares.compareAndSet(false, true)) {
            shared.run(() -> {
                try {
                    tendNow(generation);
                } finally {
                    makingSpares.set(false);
                }
            });
        }
    }
}
