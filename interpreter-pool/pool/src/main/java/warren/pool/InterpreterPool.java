package warren.pool;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.Deadlines;
import warren.contract.GenerationId;
import warren.contract.VirtualHost;

/**
 * One virtual host's interpreters. {@link #serve} is a request's way: in, if there are not too many; its body, all of
 * it; a slot, if the queue is not full; the generation that serves, launched if there is none; an interpreter of it; the
 * conversation; back; the rest of the response to its client. Each generation has a Commons Pool of its own, so that one can drain beside the next; how many may be at work or wait is
 * counted for the virtual host as a whole.
 */
public final class InterpreterPool {
    private static final Logger LOG = LogManager.getLogger(InterpreterPool.class);
    private static final int MOST_TRIES = 3;

    private final Shared shared;
    private final Slots slots;
    private final Generations generations;
    private final SpoolSpace space;
    private final RateLimit rate;
    private final LongAdder requests = new LongAdder();
    private final Failures failures = new Failures();
    private final Vacancies vacancies;
    private volatile VirtualHost host;

    InterpreterPool(VirtualHost host, Shared shared) {
        this.host = host;
        this.shared = shared;
        this.slots = new Slots(host.pool());
        this.vacancies = new Vacancies(shared::after);
        this.rate = new RateLimit(host.pool().rate(), System.nanoTime());
        this.space = shared.spoolSpace(host.pool().spool().allBytes());
        this.generations = new Generations(host, shared, slots);
        if (host.pool().start() > 0 && host.quarantine().isEmpty()) {
            shared.launchInBackground(generations::launchAhead);
        }
    }

    /**
     * Borrows an interpreter, has it serve, and gives it back. Blocks on the client, the pool, the interpreter and the
     * client again, each within the virtual host's deadlines.
     *
     * @throws BodyTooLarge where the request's body is longer than it may be
     * @throws SpoolFull where there is no room for it
     * @throws PoolExhausted where too many are there or wait already, or no interpreter became free in time
     * @throws LaunchFailed where there is no generation to serve with
     * @throws InterpreterDied where the interpreter ended inside the request
     * @throws QuotaReached where it was killed because its virtual host had taken all that it may have
     * @throws BadResponse where it broke FastCGI or CGI
     * @throws DeadlineExceeded where it took too long
     * @throws IOException where the client's side failed
     */
    public void serve(Exchange exchange) throws RequestFailed, IOException {
        long arrival = System.nanoTime();
        requests.increment();
        boolean entered = slots.enter();
        try {
            if (!entered) {
                throw exhausted("has WarrenInFlightMax requests");
            }
            if (!rate.take(arrival)) {
                throw exhausted("has had more requests than WarrenRequestRate lets in");
            }
            serveInside(exchange, arrival);
        } catch (RequestFailed e) {
            failures.count(e);
            throw e;
        } finally {
            if (entered) {
                slots.leave();
            }
        }
    }

    private void serveInside(Exchange exchange, long arrival) throws RequestFailed, IOException {
        try (RequestBody body = RequestBody.take(exchange, space, host.pool().spool().requestBodyBytes());
                Delivery delivery = new Delivery(exchange, space)) {
            answer(exchange, body, delivery, arrival);
            delivery.finish();
        }
    }

    /** When it returns, no interpreter is held any more. */
    private void answer(Exchange exchange, RequestBody body, Delivery delivery, long arrival)
            throws RequestFailed, IOException {
        if (!slots.claim()) {
            throw exhausted("has a full queue (WarrenQueueLength)");
        }
        try {
            answerWithRetries(exchange, body, delivery, arrival);
        } finally {
            generations.tending().used();
            slots.renounce();
        }
    }

    /** One retry of what may be served twice; any number of what nobody has read, for all that are idle may be dying. */
    private void answerWithRetries(Exchange exchange, RequestBody body, Delivery delivery, long arrival)
            throws RequestFailed, IOException {
        boolean retried = false;
        for (int unread = 0; true; ) {
            try {
                answerOnce(exchange, body, delivery, arrival);
                return;
            } catch (InterpreterDied e) {
                requireNoQuotaReached(e, exchange);
                if (e.unread() && unread < host.pool().max()) {
                    unread++;
                } else if (e.silent() && exchange.idempotent() && !retried) {
                    retried = true;
                } else {
                    throw e;
                }
                LOG.info("{}; tried once more", e.getMessage());
            }
        }
    }

    /** It is not tried again: the next one would come as far and be killed, too. */
    private void requireNoQuotaReached(InterpreterDied died, Exchange exchange) throws QuotaReached {
        GenerationId generation = died.interpreter().orElseThrow().generation();
        Optional<String> reached = died.unread() ? Optional.empty() : shared.quotaReached(generation);
        if (reached.isPresent()) {
            throw QuotaReached.of(died, reached.get(), exchange);
        }
    }

    private record Borrowed(Generation generation, Interpreter interpreter) { }

    private void answerOnce(Exchange exchange, RequestBody body, Delivery delivery, long arrival)
            throws RequestFailed, IOException {
        Slots.Slot slot = slots.new Slot();
        Fate fate = Fate.REUSE;
        try {
            Borrowed borrowed = borrow(slot, arrival);
            try {
                exchange.interpreter(borrowed.interpreter.generation(), borrowed.interpreter.pid());
                converse(borrowed.interpreter, exchange, body, delivery);
            } finally {
                giveBack(borrowed);
                fate = borrowed.interpreter.fate();
            }
        } finally {
            vacancies.giveBack(slot, fate, System.nanoTime());
        }
    }

    private void converse(Interpreter interpreter, Exchange exchange, RequestBody body, Delivery delivery)
            throws RequestFailed, IOException {
        Deadlines deadlines = host.pool().deadlines();
        CpuWatches.Watch watch = shared.cpuWatches().begin(interpreter.id(), deadlines.cpu());
        try {
            interpreter.serve(exchange, body, delivery, Patience.of(deadlines), host.pool().spool().responseBytes());
        } catch (InterpreterDied e) {
            watch.requireNotReached(e, exchange);
            throw e;
        } finally {
            watch.close();
        }
    }

    private void giveBack(Borrowed borrowed) {
        switch (borrowed.interpreter.fate()) {
            // Its code may go on for ever, and does not notice that nobody listens.
            case KILL -> shared.kill(borrowed.interpreter.id(), false);
            case TELL_AND_KILL -> shared.kill(borrowed.interpreter.id(), true);
            case REUSE, CLOSE -> { }
        }
        borrowed.generation.giveBack(borrowed.interpreter);
        // with MaxSpare 0 it has just been closed
        if (borrowed.interpreter.fate() == Fate.REUSE && host.pool().maxSpare() > 0) {
            shared.weighing().add(borrowed.interpreter, host.pool().recycling().privateBytes());
        }
        generations.stopIfDrained(borrowed.generation);
    }

    private Borrowed borrow(Slots.Slot slot, long arrival) throws PoolExhausted, LaunchFailed {
        Deadline deadline = Deadline.after(host.pool().deadlines().queue());
        slots.startsWaiting();
        try {
            if (!slot.take(deadline)) {
                throw exhausted("had no interpreter free for " + host.pool().deadlines().queue().toMillis()
                    + " ms (WarrenQueueTimeout)");
            }
            return borrowWithin(slot, arrival, deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw exhausted("has to wait for the next connector: this one is stopping");
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
                generations.tending().keepSpares(generation);
                return new Borrowed(generation, interpreter);
            } catch (Generation.Gone e) {
                why = e.getMessage();
                generations.lost(generation, why);
            } catch (OutOfDescriptors e) {
                throw exhausted("has no interpreter free, and " + e.getMessage());
            }
        }
        throw new LaunchFailed("vhost=" + host.name() + ": " + MOST_TRIES + " generations went one after another; "
            + why, null);
    }

    private PoolExhausted exhausted(String why) {
        PoolStatus now = status();
        return new PoolExhausted("vhost=" + host.name() + " " + why + " (total " + now.total() + ", busy " + now.busy()
            + ", idle " + now.idle() + ", waiting " + now.waiting() + ", max " + host.pool().max() + ")"
            + vacancies.shown()
            + failures.last().map(last -> "; the last failure: " + last).orElse(""));
    }

    /** Takes over what the configuration says now; a reload that was asked for happens in the background. */
    void update(VirtualHost changed) {
        host = changed;
        slots.use(changed.pool());
        rate.use(changed.pool().rate(), System.nanoTime());
        space.use(changed.pool().spool().allBytes());
        generations.update(changed);
    }

    /**
     * A new generation takes the place of the one that serves, soon: its owner says so, or his files have changed. Returns at
     * once.
     *
     * @param noticedBy whose parent has seen that; nothing is done where another one serves already
     * @return why it was not renewed; nothing where it was, or where none serves
     */
    public CompletableFuture<String> renew(Optional<GenerationId> noticedBy) {
        return generations.renewals().byOwner(noticedBy);
    }

    /** What became of an owner's order to stop what serves. */
    public enum Stop {
        /** It ends once its requests are over; the next request launches another. */
        ENDS,
        NOTHING_RUNS,
        /** He has stopped or reloaded it too often. */
        TOO_OFTEN
    }

    /** What serves is to end. */
    public Stop stop() {
        if (generations.servingId().isEmpty()) {
            return Stop.NOTHING_RUNS;
        }
        if (!generations.renewals().mayStop()) {
            return Stop.TOO_OFTEN;
        }
        return generations.stopServing() ? Stop.ENDS : Stop.NOTHING_RUNS;
    }

    long requests() {
        return requests.sum();
    }

    /** Whether this very object is what it was told last. */
    boolean serves(VirtualHost now) {
        return host == now;
    }

    /** It is no longer configured. */
    void remove() {
        generations.end(PoolState.REMOVED);
    }

    /** Interpreters end as soon as they are idle: the next connector has its own. */
    void retire() {
        generations.retire();
    }

    void close() {
        generations.close();
    }

    /** At this moment. */
    public PoolStatus status() {
        List<PoolStatus.GenerationStatus> each = generations.status();
        int busy = each.stream().mapToInt(PoolStatus.GenerationStatus::busy).sum();
        int idle = each.stream().mapToInt(PoolStatus.GenerationStatus::idle).sum();
        return new PoolStatus(host.name(), generations.state(), generations.servingId(), busy + idle, busy, idle,
            slots.waiting(), slots.inFlight(), space.used(), generations.launches(), requests.sum(), failures.byKind(),
            generations.lastFailure().or(failures::last), host.quarantine(), each);
    }
}
