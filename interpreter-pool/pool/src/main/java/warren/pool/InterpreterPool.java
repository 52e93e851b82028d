package warren.pool;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.VirtualHost;

/**
 * One virtual host's interpreters. {@link #serve} is a request's way: in, if the queue is not full; its body's start;
 * a slot; the generation that serves, launched if there is none; an interpreter of it; the conversation; back. Each
 * generation has a Commons Pool of its own, so that one can drain beside the next; how many may be at work or wait is
 * counted for the virtual host as a whole.
 */
public final class InterpreterPool {
    private static final Logger LOG = LogManager.getLogger(InterpreterPool.class);
    private static final int MOST_TRIES = 3;

    private final Shared shared;
    private final Slots slots;
    private final Generations generations;
    private final AtomicBoolean tending = new AtomicBoolean();
    private final LongAdder requests = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private volatile Optional<String> lastFailure = Optional.empty();
    private volatile VirtualHost host;

    InterpreterPool(VirtualHost host, Shared shared) {
        this.host = host;
        this.shared = shared;
        this.slots = new Slots(host.pool());
        this.generations = new Generations(host, shared, slots);
        if (host.pool().start() > 0 && host.quarantine().isEmpty()) {
            shared.run(generations::launchAhead);
        }
    }

    /**
     * Borrows an interpreter, has it serve, and gives it back. Blocks on the pool, the interpreter and the client, each
     * within the virtual host's deadlines.
     *
     * @throws PoolExhausted where too many wait already, or no interpreter became free in time
     * @throws LaunchFailed where there is no generation to serve with
     * @throws InterpreterDied where the interpreter ended inside the request
     * @throws BadResponse where it broke FastCGI or CGI
     * @throws DeadlineExceeded where it took too long
     * @throws IOException where the client's side failed
     */
    public void serve(Exchange exchange) throws PoolExhausted, LaunchFailed, InterpreterDied, BadResponse,
            DeadlineExceeded, IOException {
        long arrival = System.nanoTime();
        requests.increment();
        boolean entered = slots.enter();
        try {
            if (!entered) {
                throw exhausted("the queue is full");
            }
            serveInside(exchange, arrival);
        } catch (PoolExhausted e) {
            failures.increment();
            throw e;
        } catch (LaunchFailed | InterpreterDied | BadResponse | DeadlineExceeded e) {
            failures.increment();
            lastFailure = Optional.of(e.getMessage());
            throw e;
        } finally {
            if (entered) {
                generations.used();
                slots.leave();
            }
        }
    }

    private void serveInside(Exchange exchange, long arrival) throws PoolExhausted, LaunchFailed, InterpreterDied,
            BadResponse, DeadlineExceeded, IOException {
        RequestBody body = RequestBody.of(exchange.body());
        try {
            serveOnce(exchange, body, arrival);
        } catch (InterpreterDied e) {
            if (!e.silent() || !exchange.idempotent() || !body.isWhole()) {
                throw e;
            }
            LOG.info("{}; tried once more", e.getMessage());
            serveOnce(exchange, body, arrival);
        }
    }

    private record Borrowed(Generation generation, Interpreter interpreter) { }

    private void serveOnce(Exchange exchange, RequestBody body, long arrival) throws PoolExhausted, LaunchFailed,
            InterpreterDied, BadResponse, DeadlineExceeded, IOException {
        Slots.Slot slot = slots.new Slot();
        try {
            Borrowed borrowed = borrow(slot, arrival);
            try {
                exchange.interpreter(borrowed.interpreter.generation(), borrowed.interpreter.pid());
                borrowed.interpreter.serve(exchange, body, host.pool().deadlines().request());
            } finally {
                giveBack(borrowed);
            }
        } finally {
            slot.giveBack();
        }
    }

    private void giveBack(Borrowed borrowed) {
        if (borrowed.interpreter.fate() == Fate.KILL) {
            // Its code may go on for ever, and does not notice that nobody listens.
            shared.kill(borrowed.interpreter.id());
        }
        borrowed.generation.giveBack(borrowed.interpreter);
        generations.stopIfDrained(borrowed.generation);
    }

    private Borrowed borrow(Slots.Slot slot, long arrival) throws PoolExhausted, LaunchFailed {
        Deadline deadline = Deadline.after(host.pool().deadlines().queue());
        slots.startsWaiting();
        try {
            if (!slot.take(deadline)) {
                throw exhausted("no interpreter became free in " + host.pool().deadlines().queue().toMillis() + " ms");
            }
            return borrowWithin(slot, arrival, deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw exhausted("the connector is stopping");
        } finally {
            slots.endsWaiting();
        }
    }

    private Borrowed borrowWithin(Slots.Slot slot, long arrival, Deadline deadline)
            throws PoolExhausted, LaunchFailed {
        String why = "";
        for (int tries = 0; tries < MOST_TRIES; tries++) {
            Generation generation = generations.serving(arrival, deadline);
            try {
                Interpreter interpreter = generation.borrow(slot, deadline);
                tendIfShort(generation);
                return new Borrowed(generation, interpreter);
            } catch (Generation.Gone e) {
                why = e.getMessage();
                generations.lost(generation, why);
            }
        }
        throw new LaunchFailed("vhost=" + host.name() + ": " + MOST_TRIES + " generations went one after another; "
            + why, Duration.ofSeconds(5), null);
    }

    /** MinSpare is kept in the background, one task at a time. */
    private void tendIfShort(Generation generation) {
        if (generation.lacksSpares() && tending.compareAndSet(false, true)) {
            shared.run(() -> {
                try {
                    generations.tendNow(generation);
                } finally {
                    tending.set(false);
                }
            });
        }
    }

    private PoolExhausted exhausted(String why) {
        PoolStatus now = status();
        return new PoolExhausted("vhost=" + host.name() + " " + why + " (total " + now.total() + ", busy " + now.busy()
            + ", idle " + now.idle() + ", waiting " + now.waiting() + ", max " + host.pool().max() + ")"
            + lastFailure.map(last -> "; the last failure: " + last).orElse(""));
    }

    /** Takes over what the configuration says now; a reload that was asked for happens in the background. */
    void update(VirtualHost changed) {
        host = changed;
        slots.use(changed.pool());
        generations.update(changed);
    }

    /** It is no longer configured. */
    void remove() {
        generations.end(PoolState.REMOVED);
    }

    void close() {
        generations.close();
    }

    PoolStatus status() {
        List<PoolStatus.GenerationStatus> each = generations.status();
        int busy = each.stream().mapToInt(PoolStatus.GenerationStatus::busy).sum();
        int idle = each.stream().mapToInt(PoolStatus.GenerationStatus::idle).sum();
        return new PoolStatus(host.name(), generations.state(), generations.servingId(), busy + idle, busy, idle,
            slots.waiting(), generations.launches(), requests.sum(), failures.sum(),
            generations.lastFailure().or(() -> lastFailure), host.quarantine(), each);
    }
}
