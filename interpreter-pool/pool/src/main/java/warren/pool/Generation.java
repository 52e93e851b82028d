package warren.pool;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
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
import warren.contract.PoolSettings;

/**
 * One launched parent interpreter and the pool of interpreters that it forks. It serves until it is drained, or until
 * its parent is found gone; then it takes no further request, and is stopped once its last interpreter has come back.
 * Commons Pool counts, waits and keeps the idle ones; it makes them on the borrowing thread and has no evictor.
 */
final class Generation {
    private static final Logger LOG = LogManager.getLogger(Generation.class);
    private final GenerationId id;
    private final UnixDomainSocketAddress socket;
    private final Deadlines deadlines;
    private final OwnersLog log;
    private final Runnable whenEmpty;
    private final GenericObjectPool<Interpreter> pool;
    private final Set<Interpreter> alive = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean draining = new AtomicBoolean();
    private final AtomicBoolean reportedEmpty = new AtomicBoolean();
    private volatile PoolSettings settings;

    /** @param whenEmpty called once, when it drains and nobody has an interpreter of it any more */
    Generation(Answer.Launched launched, PoolSettings settings, Deadlines deadlines, OwnersLog log,
            Consumer<Generation> whenEmpty) {
        this.id = launched.generation();
        this.socket = UnixDomainSocketAddress.of(launched.socket());
        this.settings = settings;
        this.deadlines = deadlines;
        this.log = log;
        this.whenEmpty = () -> whenEmpty.accept(this);
        this.pool = new GenericObjectPool<>(new Forks(), new GenericObjectPoolConfig<>());
        pool.setTestOnBorrow(true);
        pool.setTestOnReturn(true);
        pool.setBlockWhenExhausted(true);
        use(settings);
    }

    /** Connecting is how an interpreter is made, closing how it ends. */
    private final class Forks extends BasePooledObjectFactory<Interpreter> {
        @Override
        public Interpreter create() throws Exception {
            Interpreter made = Interpreter.connect(id, socket, deadlines, log, settings.maxRequests(),
                settings.launchTimeout());
            alive.add(made);
            LOG.debug("{} forked", made);
            return made;
        }

        @Override
        public PooledObject<Interpreter> wrap(Interpreter interpreter) {
            return new DefaultPooledObject<>(interpreter);
        }

        @Override
        public boolean validateObject(PooledObject<Interpreter> pooled) {
            // coming back, it only must not have been closed; what lies in its connection is looked at when it goes out
            return pooled.getState() == PooledObjectState.RETURNING ? pooled.getObject().isOpen()
                : pooled.getObject().isReady();
        }

        @Override
        public void destroyObject(PooledObject<Interpreter> pooled) {
            pooled.getObject().close();
            alive.remove(pooled.getObject());
            LOG.debug("{} closed", pooled.getObject());
        }
    }

    /** Takes over changed numbers; they hold from the next borrow on. */
    void use(PoolSettings changed) {
        settings = changed;
        pool.setMaxTotal(changed.max());
        pool.setMaxIdle(changed.maxSpare());
    }

    /** Waits until the parent has loaded the code: its first interpreter has answered, and waits in the pool. */
    void load() throws LaunchRefusal {
        try {
            pool.addObjects(Math.max(1, Math.min(settings.start(), settings.maxSpare())));
        } catch (LaunchRefusal | ProtocolBroken e) {
            throw new LaunchRefusal(e.getMessage());
        } catch (Exception e) {
            throw new LaunchRefusal(id + " ended while it loaded its code; its owner's log says why");
        }
    }

    /**
     * An interpreter that is ready, within the time given.
     *
     * @throws Gone where this generation cannot give one any more
     * @throws PoolExhausted where none became free in time
     */
    Interpreter borrow(Duration within) throws Gone, PoolExhausted {
        try {
            return pool.borrowObject(within);
        } catch (NoSuchElementException e) {
            throw noneOrGone(e);
        } catch (IOException | IllegalStateException | ProtocolBroken | LaunchRefusal e) {
            throw new Gone(id + " has gone (" + e.getMessage() + ")");
        } catch (InterruptedException e) {
            throw new Gone(id + " was closed while a request waited for it");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Commons Pool says so for two things: nobody came back in time, and what it made was not ready. */
    private PoolExhausted noneOrGone(NoSuchElementException e) throws Gone {
        if (draining.get() || e.getCause() != null || pool.getNumActive() < settings.max()) {
            throw new Gone(id + " gave no working interpreter");
        }
        return new PoolExhausted(id + " had no free interpreter in time (" + counts() + ")");
    }

    /** It comes back after a request that ended well. */
    void giveBack(Interpreter interpreter) {
        if (interpreter.isWornOut()) {
            interpreter.close();
        }
        pool.returnObject(interpreter);
        reportIfEmpty();
    }

    /**
     * It comes back and is not to be used again. Commons Pool's own invalidate would make another in its place at
     * once, on this thread, asked for or not.
     */
    void invalidate(Interpreter interpreter) {
        interpreter.close();
        giveBack(interpreter);
    }

    /** Makes idle ones until there are as many as MinSpare. */
    void makeSpares() {
        try {
            while (!draining.get() && pool.getNumIdle() < settings.minSpare()
                    && pool.getNumIdle() + pool.getNumActive() < settings.max()) {
                pool.addObject();
            }
        } catch (Exception e) {
            LOG.info("{} no spare interpreter could be made: {}", id, e.getMessage());
        }
    }

    boolean lacksSpares() {
        return pool.getNumIdle() < settings.minSpare();
    }

    /** No further request gets an interpreter of it; the idle ones end now, the others when they come back. */
    void drain() {
        if (draining.compareAndSet(false, true)) {
            pool.close();
            reportIfEmpty();
        }
    }

    private void reportIfEmpty() {
        if (draining.get() && pool.getNumActive() == 0 && reportedEmpty.compareAndSet(false, true)) {
            whenEmpty.run();
        }
    }

    /** Cuts whatever still runs; their requests fail. */
    void closeAll() {
        alive.forEach(Interpreter::close);
    }

    int busy() {
        return pool.getNumActive();
    }

    int idle() {
        return pool.getNumIdle();
    }

    List<Integer> pids() {
        return alive.stream().map(Interpreter::pid).sorted().toList();
    }

    GenerationId id() {
        return id;
    }

    /** For messages: the pool's numbers at this moment. */
    String counts() {
        return "total " + (pool.getNumActive() + pool.getNumIdle()) + ", busy " + pool.getNumActive() + ", idle "
            + pool.getNumIdle() + ", waiting " + pool.getNumWaiters() + ", max " + settings.max();
    }

    /** It gives no interpreter any more. */
    static final class Gone extends Exception {
        Gone(String message) {
            super(message);
        }
    }
}
