package warren.pool;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.PoolSettings;
import warren.contract.VirtualHost;

/**
 * One virtual host's interpreters: the generation that serves, the one that may be loading, and those that drain.
 * {@link #serve} is a request's way. Nothing runs until the first request or PerlInterpStart asks for it, one launch
 * serves all who wait for it, and nothing runs any more after the idle time.
 */
public final class InterpreterPool {
    private static final Logger LOG = LogManager.getLogger(InterpreterPool.class);
    private static final int MOST_TRIES = 3;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final Shared shared;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicBoolean makingSpares = new AtomicBoolean();
    private final Set<Generation> draining = ConcurrentHashMap.newKeySet();
    private final Backoff backoff = new Backoff();
    private final LongAdder launches = new LongAdder();
    private final LongAdder requests = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private volatile long lastUsedNanos = System.nanoTime();
    private volatile VirtualHost host;
    private volatile boolean removed;
    /** Guarded by this. */
    private Optional<Generation> current = Optional.empty();
    /** Guarded by this; present while a launch is under way. */
    private Optional<CompletableFuture<Generation>> launching = Optional.empty();

    InterpreterPool(VirtualHost host, Shared shared) {
        this.host = host;
        this.shared = shared;
        if (host.pool().start() > 0 && host.quarantine().isEmpty()) {
            shared.run(this::launchAhead);
        }
    }

    /**
     * Borrows an interpreter, has it serve, and gives it back. Blocks on the pool, the interpreter and the client, each
     * within the virtual host's deadlines.
     *
     * @throws PoolExhausted where no interpreter became free in time or too many wait
     * @throws LaunchFailed where there is no generation to serve with
     * @throws InterpreterDied where the interpreter ended inside the request
     * @throws BadResponse where it broke FastCGI or CGI
     * @throws DeadlineExceeded where it took too long
     * @throws IOException where the client's side failed
     */
    public void serve(Exchange exchange) throws PoolExhausted, LaunchFailed, InterpreterDied, BadResponse,
            DeadlineExceeded, IOException {
        try (RequestBody body = RequestBody.of(exchange.body())) {
            try {
                serveOnce(exchange, body);
            } catch (InterpreterDied e) {
                if (!e.silent() || !exchange.idempotent()) {
                    throw e;
                }
                LOG.info("{}; tried once more", e.getMessage());
                serveOnce(exchange, body);
            }
        }
    }

    private void serveOnce(Exchange exchange, RequestBody body) throws PoolExhausted, LaunchFailed, InterpreterDied,
            BadResponse, DeadlineExceeded, IOException {
        Borrowed borrowed = borrow();
        requests.increment();
        boolean good = false;
        try {
            exchange.interpreter(borrowed.interpreter.generation(), borrowed.interpreter.pid());
            borrowed.interpreter.serve(exchange, body, host.pool().requestTimeout());
            good = true;
        } catch (BadResponse | DeadlineExceeded e) {
            // its code may go on for ever, and does not notice that nobody listens any more
            shared.kill(borrowed.interpreter);
            throw e;
        } finally {
            lastUsedNanos = System.nanoTime();
            if (good) {
                borrowed.generation.giveBack(borrowed.interpreter);
            } else {
                failures.increment();
                borrowed.generation.invalidate(borrowed.interpreter);
            }
        }
    }

    private record Borrowed(Generation generation, Interpreter interpreter) { }

    private Borrowed borrow() throws PoolExhausted, LaunchFailed {
        PoolSettings settings = host.pool();
        if (waiting.incrementAndGet() > settings.queueLength() + settings.max()) {
            waiting.decrementAndGet();
            throw new PoolExhausted("vhost=" + host.name() + " has " + settings.queueLength()
                + " requests waiting for an interpreter already (" + counts() + ")");
        }
        try {
            return borrowWithin(System.nanoTime() + settings.queueTimeout().toNanos());
        } finally {
            waiting.decrementAndGet();
        }
    }

    private Borrowed borrowWithin(long deadlineNanos) throws PoolExhausted, LaunchFailed {
        String why = "";
        for (int tries = 0; tries < MOST_TRIES; tries++) {
            Generation generation = serving(deadlineNanos);
            try {
                Interpreter interpreter = generation.borrow(left(deadlineNanos));
                lastUsedNanos = System.nanoTime();
                makeSparesOf(generation);
                return new Borrowed(generation, interpreter);
            } catch (Generation.Gone e) {
                why = e.getMessage();
                retire(generation);
            }
        }
        throw new LaunchFailed("vhost=" + host.name() + ": " + MOST_TRIES + " generations went one after another; "
            + why, RETRY_AFTER, null);
    }

    private static Duration left(long deadlineNanos) {
        return Duration.ofNanos(Math.max(0, deadlineNanos - System.nanoTime()));
    }

    /** The generation that serves; launches one where there is none. */
    private Generation serving(long deadlineNanos) throws LaunchFailed, PoolExhausted {
        CompletableFuture<Generation> launch;
        synchronized (this) {
            if (current.isPresent()) {
                return current.get();
            }
            launch = launching.isPresent() ? launching.get() : startLaunch();
        }
        return await(launch, deadlineNanos);
    }

    private Generation await(CompletableFuture<Generation> launch, long deadlineNanos)
            throws LaunchFailed, PoolExhausted {
        try {
            return launch.get(left(deadlineNanos).toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new PoolExhausted("vhost=" + host.name() + " was still being launched when the request's time to wait"
                + " was over");
        } catch (ExecutionException e) {
            throw new LaunchFailed(e.getCause().getMessage(), RETRY_AFTER, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LaunchFailed("vhost=" + host.name() + ": the connector is stopping", RETRY_AFTER, e);
        }
    }

    /** Called with the lock. One launch, whoever waits for it. */
    private CompletableFuture<Generation> startLaunch() throws LaunchFailed {
        requireLaunchable();
        CompletableFuture<Generation> launch = new CompletableFuture<>();
        launching = Optional.of(launch);
        shared.run(() -> {
            try {
                Generation generation = launchAndLoad();
                install(generation);
                launch.complete(generation);
            } catch (LaunchRefusal e) {
                launchFailed(e);
                launch.completeExceptionally(e);
            }
        });
        return launch;
    }

    private void requireLaunchable() throws LaunchFailed {
        if (removed || host.quarantine().isPresent()) {
            throw new LaunchFailed("vhost=" + host.name() + " must not serve: " + host.quarantine().orElse("removed"),
                RETRY_AFTER, null);
        }
        Duration pause = backoff.pause();
        if (!pause.isZero()) {
            throw new LaunchFailed("vhost=" + host.name() + " is launched again in " + (pause.toSeconds() + 1)
                + " s at the earliest; the last time: " + backoff.last().orElse(""), pause.plusSeconds(1), null);
        }
    }

    private Generation launchAndLoad() throws LaunchRefusal {
        launches.increment();
        Generation generation = shared.launch(host, this::emptied);
        try {
            generation.load();
            return generation;
        } catch (LaunchRefusal e) {
            generation.closeAll();
            shared.stop(generation.id());
            throw e;
        }
    }

    /** A generation that has loaded takes over; the one before drains. */
    private void install(Generation generation) {
        Optional<Generation> before;
        synchronized (this) {
            before = current;
            launching = Optional.empty();
            backoff.succeeded();
            lastUsedNanos = System.nanoTime();
            current = removed ? Optional.empty() : Optional.of(generation);
        }
        LOG.info("{} serves", generation.id());
        before.ifPresent(this::drain);
        if (removed) {
            drain(generation);
        } else {
            watchIdleness(generation);
        }
    }

    private void launchFailed(LaunchRefusal e) {
        synchronized (this) {
            launching = Optional.empty();
            backoff.failed(e.getMessage());
        }
        LOG.error("vhost={} launch failed: {}", host.name(), e.getMessage());
        shared.log().tell(host.name(), "launch failed: " + e.getMessage());
    }

    private void launchAhead() {
        try {
            serving(System.nanoTime() + host.pool().launchTimeout().toNanos());
        } catch (LaunchFailed | PoolExhausted e) {
            LOG.info("vhost={} was not launched ahead: {}", host.name(), e.getMessage());
        }
    }

    /** It gives no interpreter any more: it must not be asked again, and what it still has may finish. */
    private void retire(Generation generation) {
        boolean wasCurrent;
        synchronized (this) {
            wasCurrent = current.filter(generation::equals).isPresent();
            current = wasCurrent ? Optional.empty() : current;
        }
        if (wasCurrent) {
            LOG.warn("{} has gone and is replaced", generation.id());
            drain(generation);
        }
    }

    private void drain(Generation generation) {
        draining.add(generation);
        generation.drain();
        shared.after(host.pool().drainTimeout(), () -> {
            if (draining.contains(generation)) {
                LOG.warn("{} did not drain in time and is stopped", generation.id());
                emptied(generation);
            }
        });
    }

    private void emptied(Generation generation) {
        if (draining.remove(generation)) {
            shared.run(() -> {
                generation.closeAll();
                shared.stop(generation.id());
            });
        }
    }

    private void makeSparesOf(Generation generation) {
        if (generation.lacksSpares() && makingSpares.compareAndSet(false, true)) {
            shared.run(() -> {
                try {
                    generation.makeSpares();
                } finally {
                    makingSpares.set(false);
                }
            });
        }
    }

    private void watchIdleness(Generation generation) {
        Duration idle = Duration.ofNanos(System.nanoTime() - lastUsedNanos);
        Duration left = host.pool().idleTimeout().minus(idle);
        shared.after(left.isNegative() || left.isZero() ? Duration.ofSeconds(1) : left, () -> stopIfIdle(generation));
    }

    private void stopIfIdle(Generation generation) {
        boolean idle = System.nanoTime() - lastUsedNanos >= host.pool().idleTimeout().toNanos()
            && generation.busy() == 0 && host.pool().start() == 0;
        boolean stopped = false;
        synchronized (this) {
            if (current.filter(generation::equals).isEmpty()) {
                return;
            }
            if (idle) {
                current = Optional.empty();
                stopped = true;
            }
        }
        if (stopped) {
            LOG.info("{} was idle and ends", generation.id());
            drain(generation);
        } else {
            watchIdleness(generation);
        }
    }

    /** Takes over what the configuration says now; a reload that was asked for happens in the background. */
    void update(VirtualHost changed) {
        boolean renew = changed.reloads() > host.reloads();
        host = changed;
        if (changed.quarantine().isPresent()) {
            endCurrent();
        }
        synchronized (this) {
            current.ifPresent(generation -> generation.use(changed.pool()));
        }
        if (renew) {
            shared.run(this::reload);
        }
    }

    private void reload() {
        boolean runs;
        synchronized (this) {
            runs = current.isPresent() && host.quarantine().isEmpty();
        }
        String failure = "";
        if (runs) {
            try {
                install(launchAndLoad());
            } catch (LaunchRefusal e) {
                failure = e.getMessage();
                LOG.error("vhost={} was not reloaded, what ran goes on: {}", host.name(), failure);
                shared.log().tell(host.name(), "not reloaded, what ran goes on: " + failure);
            }
        } else {
            synchronized (this) {
                // the owner may have mended what failed
                backoff.succeeded();
            }
        }
        shared.reportReload(host, failure);
    }

    /** It is no longer configured. */
    void remove() {
        removed = true;
        endCurrent();
    }

    private void endCurrent() {
        Optional<Generation> last;
        synchronized (this) {
            last = current;
            current = Optional.empty();
        }
        last.ifPresent(this::drain);
    }

    /** Closes connections, so that interpreters end; generations are left to the launcher. */
    void close() {
        synchronized (this) {
            current.ifPresent(Generation::closeAll);
        }
        draining.forEach(Generation::closeAll);
    }

    private synchronized String counts() {
        return current.map(Generation::counts).orElse("no generation");
    }

    PoolStatus status() {
        List<Generation> all = new ArrayList<>(draining);
        synchronized (this) {
            current.ifPresent(all::add);
            List<PoolStatus.GenerationStatus> each = all.stream().map(this::statusOf).toList();
            int busy = all.stream().mapToInt(Generation::busy).sum();
            int idle = all.stream().mapToInt(Generation::idle).sum();
            return new PoolStatus(host.name(), state(), current.map(Generation::id), busy + idle, busy, idle,
                waiting.get(), launches.sum(), requests.sum(), failures.sum(), backoff.last(), host.quarantine(), each);
        }
    }

    private PoolStatus.GenerationStatus statusOf(Generation generation) {
        return new PoolStatus.GenerationStatus(generation.id(),
            draining.contains(generation) ? GenerationState.DRAINING : GenerationState.READY, generation.busy(),
            generation.idle(), generation.pids());
    }

    private PoolState state() {
        if (removed) {
            return PoolState.REMOVED;
        }
        if (host.quarantine().isPresent()) {
            return PoolState.QUARANTINED;
        }
        return current.isPresent() ? PoolState.SERVING
            : launching.isPresent() ? PoolState.LAUNCHING
            : backoff.last().isPresent() ? PoolState.BACKING_OFF : PoolState.RESTING;
    }
}
