package warren.pool;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.apache.commons.pool2.BasePooledObjectFactory;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.PooledObjectState;
import org.apache.commons.pool2.impl.DefaultPooledObject;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.Answer;
import warren.contract.GenerationId;
import warren.contract.InterpreterId;
import warren.contract.PoolSettings;

/**
 * One launched parent interpreter and the pool of interpreters that it forks. It serves until it drains: because
 * another takes over, because nobody needs it, or because its parent is found gone. It can be stopped once its last
 * interpreter has come back.
 *
 * <p>Commons Pool keeps, counts and checks; it makes interpreters on the borrowing thread and has no evictor here.
 * Nobody waits in it but for a spare that is being made: waiting is done for {@link Slots}.
 */
final class Generation {
    private static final Logger LOG = LogManager.getLogger(Generation.class);
    private static final Duration SPARE_WAIT = Duration.ofSeconds(1);
    private static final int MOST_TRIES = 3;
    /** Visitors come in bursts: one that was closed at once would be made again for the next. */
    private static final Duration NEEDED_AGAIN_WITHIN = Duration.ofSeconds(5);
    private final GenerationId id;
    private final Path socket;
    private final long reloads;
    private final OwnersLog log;
    private final OwnersLog.Followed said;
    private final Farewell farewell;
    private final GenericObjectPool<Interpreter> pool;
    private final Map<Interpreter, Boolean> alive = new ConcurrentHashMap<>();
    private final Map<Interpreter, Slots.Slot> busy = new ConcurrentHashMap<>();
    private final AtomicReference<GenerationState> state = new AtomicReference<>(GenerationState.LAUNCHING);
    private final long launchedNanos = System.nanoTime();
    private volatile PoolSettings settings;

    /** What is done with an interpreter whose connection has been closed, by which it is to end. */
    interface Farewell {
        /** @param another whether a further interpreter has its pid meanwhile */
        void to(InterpreterId interpreter, BooleanSupplier another);
    }

    /** @param said what it says of itself */
    Generation(Answer.Running running, PoolSettings settings, OwnersLog log, OwnersLog.Followed said, Farewell farewell) {
        this.farewell = farewell;
        this.id = running.launched().generation();
        this.socket = Path.of(running.launched().socket());
        this.reloads = running.reloads();
        this.settings = settings;
        this.log = log;
        this.said = said;
        this.pool = new GenericObjectPool<>(new Forks(), quiet());
        pool.setMaxTotal(settings.max());
        // Commons Pool adds none above its maxIdle, and one at least is wanted in the beginning
        pool.setMaxIdle(settings.max());
    }

    private static GenericObjectPoolConfig<Interpreter> quiet() {
        GenericObjectPoolConfig<Interpreter> config = new GenericObjectPoolConfig<>();
        config.setJmxEnabled(false);
        config.setTestOnBorrow(true);
        config.setTestOnReturn(true);
        config.setTestWhileIdle(true);
        config.setNumTestsPerEvictionRun(-1);
        config.setSoftMinEvictableIdleDuration(NEEDED_AGAIN_WITHIN);
        config.setMinEvictableIdleDuration(Duration.ofMillis(-1)); // those that may stay do so
        return config;
    }

    /** Connecting is how an interpreter is made, closing how it ends. */
    private final class Forks extends BasePooledObjectFactory<Interpreter> {
        @Override
        public Interpreter create() throws IOException, LaunchRefusal {
            Interpreter made = Interpreter.connect(id, socket, log, settings.deadlines().launch());
            alive.put(made, true);
            LOG.debug("{} ready", made);
            return made;
        }

        @Override
        public PooledObject<Interpreter> wrap(Interpreter interpreter) {
            return new DefaultPooledObject<>(interpreter);
        }

        @Override
        public boolean validateObject(PooledObject<Interpreter> pooled) {
            Interpreter interpreter = pooled.getObject();
            return pooled.getState() == PooledObjectState.RETURNING
                ? interpreter.fate() == Fate.REUSE : interpreter.isReady();
        }

        @Override
        public void destroyObject(PooledObject<Interpreter> pooled) {
            Interpreter interpreter = pooled.getObject();
            interpreter.close();
            alive.remove(interpreter);
            // one that is to be killed is killed already
            if (interpreter.fate() == Fate.REUSE || interpreter.fate() == Fate.CLOSE) {
                farewell.to(interpreter.id(), () -> alive.keySet().stream().anyMatch(other -> other.pid() == interpreter.pid()));
            }
        }
    }

    /** Takes over changed numbers; what is idle and beyond them goes soon. */
    void use(PoolSettings changed) {
        settings = changed;
        pool.setMaxTotal(changed.max());
        pool.setMaxIdle(changed.maxSpare() == 0 ? 0 : changed.max());
        // of those that have long been idle so many stay; nothing here has the pool make any
        pool.setMinIdle(changed.maxSpare());
    }

    /** LAUNCHING to READY: the parent has loaded the code, for its first interpreters have answered and wait. */
    void load() throws LaunchRefusal {
        try {
            pool.addObjects(Math.max(1, settings.start()));
            use(settings);
            state.compareAndSet(GenerationState.LAUNCHING, GenerationState.READY);
        } catch (LaunchRefusal e) {
            throw e;
        } catch (OutOfDescriptors e) {
            throw new LauncherAway(id + " cannot be asked: " + e.getMessage());
        } catch (Exception e) {
            throw new LaunchRefusal(id + " ended while it loaded its code (" + e.getMessage() + "): "
                + said.lastWords().orElse("its owner's log says why"));
        }
    }

    /** LAUNCHING to READY without a proof: it has served another connector, and the first to borrow will see. */
    void takeOver() {
        use(settings);
        state.compareAndSet(GenerationState.LAUNCHING, GenerationState.READY);
    }

    /**
     * An interpreter that is ready, for who has a slot.
     *
     * @throws Gone where this generation cannot give one any more
     * @throws OutOfDescriptors where it could, if there was a descriptor for one
     */
    Interpreter borrow(Slots.Slot slot, Deadline deadline) throws Gone, OutOfDescriptors {
        String why = "it drains";
        for (int tries = 0; tries < MOST_TRIES && state.get() == GenerationState.READY; tries++) {
            try {
                Duration wait = Duration.ofMillis(Math.min(SPARE_WAIT.toMillis(), deadline.leftMillis()));
                return lend(pool.borrowObject(wait), slot);
            } catch (NoSuchElementException | IllegalStateException e) {
                // What it made was not ready after all, a spare was not made, or the pool was closed just now.
                why = e.getMessage();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Gone(id + ": interrupted");
            } catch (OutOfDescriptors e) {
                throw e;
            } catch (Exception e) {
                throw new Gone(id + " has gone (" + e.getMessage() + ")");
            }
        }
        throw new Gone(id + " gave no working interpreter (" + why + ")");
    }

    /** A drain that came in between finds the slot here, or we find the drain. */
    private Interpreter lend(Interpreter interpreter, Slots.Slot slot) {
        busy.put(interpreter, slot);
        if (state.get() != GenerationState.READY) {
            slot.outrun();
        }
        return interpreter;
    }

    /** It comes back after a request, and stays where that ended well and the settings have a place for it. */
    void giveBack(Interpreter interpreter) {
        busy.remove(interpreter);
        if (interpreter.fate() == Fate.REUSE) {
            interpreter.due(settings).ifPresent(why -> interpreter.leave(Fate.CLOSE, why));
        }
        // Not invalidateObject(): that one makes another in its place, here, whether or not one is wanted.
        pool.returnObject(interpreter);
    }

    boolean lacksSpares() {
        return pool.getNumIdle() < settings.minSpare();
    }

    /**
     * Ends idle interpreters that have died, or that are above MaxSpare and nobody has needed for a while, and makes new ones
     * until there are as many as MinSpare.
     *
     * @throws Gone where none can be made any more
     */
    void tend() throws Gone {
        try {
            pool.evict();
            for (int missing = settings.minSpare(); missing > 0 && lacksSpares(); missing--) {
                pool.addObject();
            }
        } catch (IllegalStateException e) {
            LOG.debug("{} drains, and is tended no more", id);
        } catch (OutOfDescriptors e) {
            LOG.warn("{} lacks spares: {}", id, e.getMessage());
        } catch (Exception e) {
            throw new Gone(id + " has gone (" + e.getMessage() + ")");
        }
    }

    /** READY to DRAINING: no further request, the idle ones end now, the others when they come back. */
    void drain() {
        if (state.compareAndSet(GenerationState.READY, GenerationState.DRAINING)) {
            pool.close();
            busy.values().forEach(Slots.Slot::outrun);
        }
    }

    /** To STOPPED, from whatever it was: whether it was something else. What still runs is cut, and its requests fail. */
    boolean stop() {
        boolean first = state.getAndSet(GenerationState.STOPPED) != GenerationState.STOPPED;
        pool.close();
        closeAll();
        return first;
    }

    /** Cuts connections; interpreters end with them, the parent lives on. */
    void closeAll() {
        alive.keySet().forEach(Interpreter::close);
    }

    /** Interpreters end now, or when they come back. */
    void keepNoneIdle() {
        pool.setMaxIdle(0);
        pool.clear();
    }

    boolean isDrained() {
        return state.get() == GenerationState.DRAINING && pool.getNumActive() == 0;
    }

    Duration age() {
        return Duration.ofNanos(System.nanoTime() - launchedNanos);
    }

    int busyCount() {
        return pool.getNumActive();
    }

    GenerationId id() {
        return id;
    }

    /** The virtual host's count of reloads when it was launched. */
    long reloads() {
        return reloads;
    }

    PoolStatus.GenerationStatus status() {
        List<Integer> pids = alive.keySet().stream().map(Interpreter::pid).sorted().toList();
        int active = Math.min(pool.getNumActive(), pids.size());
        return new PoolStatus.GenerationStatus(id, state.get(), active, pids.size() - active, pids);
    }

    /** It gives no interpreter any more. */
    static final class Gone extends Exception {
        Gone(String message) {
            super(message);
        }
    }
}
