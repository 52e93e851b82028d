package warren.pool;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.GenerationId;
import warren.contract.VirtualHost;

/**
 * One virtual host's generations: the one that serves, the one that may be loading ({@link Launches}), and those that drain. Nothing runs
 * until somebody asks, and one launch serves all who wait for it. Launches and reloads of one virtual host come one after
 * the other; no lock is held while the launcher or an interpreter is waited for but the one that orders them.
 */
final class Generations {
    private static final Logger LOG = LogManager.getLogger(Generations.class);
    private final Shared shared;
    private final Slots slots;
    private final ReentrantLock oneLaunch = new ReentrantLock(true);
    private final Draining draining;
    private final Renewals renewals;
    private final Tending tending;
    private final Launches launches;
    private volatile VirtualHost host;
    private volatile Optional<Generation> current = Optional.empty();
    /** These are guarded by this. */
    private Optional<PendingLaunch> launching = Optional.empty();
    private Optional<PoolState> ended = Optional.empty();

    Generations(VirtualHost host, Shared shared, Slots slots) {
        this.host = host;
        this.shared = shared;
        this.slots = slots;
        this.launches = new Launches(host, shared, slots);
        this.draining = new Draining(shared);
        this.tending = new Tending(this, slots, shared);
        this.renewals = new Renewals(this, host.name(), shared);
        quarantine(host);
        takeOver(shared.takeFound(host.name()));
        if (host.reloads() > 0) {
            // asked for while no connector ran
            shared.run(() -> renewals.byAdministrator(host));
        }
    }

    /**
     * A connector before this one has left these; nobody else asks yet. One that is alone serves at once, and whoever
     * borrows first sees whether it does; of several, or where interpreters must be ready, one must answer first.
     */
    private void takeOver(Found found) {
        if (ended.isPresent()) {
            found.stopUnless(id -> false);
        } else if (found.isOne() && host.pool().start() == 0) {
            install(found.newest(host));
        } else if (!found.isEmpty()) {
            PendingLaunch first = new PendingLaunch();
            launching = Optional.of(first);
            shared.run(() -> takeOverOneOf(found, first));
        }
    }

    /** Where none is good, those who wait get a launch. */
    private void takeOverOneOf(Found found, PendingLaunch waiting) {
        oneLaunch.lock();
        try {
            Optional<Generation> good = found.newestGood(host);
            if (good.isPresent()) {
                install(good.get());
                waiting.succeeded(good.get());
            }
        } finally {
            oneLaunch.unlock();
            if (!waiting.isOver()) {
                launchFor(waiting);
            }
        }
    }

    /**
     * Another launcher says that these run. One that is not ours is what a launch left whose answer was lost with the
     * launcher before; a launch that is under way now is waited for, and then known.
     */
    private void stopUnknown(Found found) {
        oneLaunch.lock();
        try {
            found.stopUnless(this::isOurs);
        } finally {
            oneLaunch.unlock();
        }
    }

    private boolean isOurs(GenerationId id) {
        return servingId().filter(id::equals).isPresent() || draining.has(id);
    }

    /**
     * The generation that serves; launches one where there is none.
     *
     * @param arrival when the request came: the failure of a launch that ended since then is its failure too
     */
    Generation serving(long arrival, Deadline deadline) throws LaunchFailed, PoolExhausted {
        Optional<Generation> ready = current;
        return ready.isPresent() ? ready.get() : joinLaunch(arrival).await(deadline);
    }

    private synchronized PendingLaunch joinLaunch(long arrival) throws LaunchFailed {
        if (current.isPresent()) {
            return PendingLaunch.of(current.get());
        }
        if (launching.isPresent()) {
            return launching.get();
        }
        if (ended.isPresent()) {
            throw new LaunchFailed("vhost=" + host.name() + " must not serve: "
                + host.quarantine().orElse("it is not configured any more"), null);
        }
        launches.require(arrival);
        PendingLaunch launch = new PendingLaunch();
        launching = Optional.of(launch);
        shared.run(() -> launchFor(launch));
        return launch;
    }

    private void launchFor(PendingLaunch waiting) {
        oneLaunch.lock();
        try {
            waiting.succeeded(launchAndInstall(Optional.empty()));
        } catch (LaunchRefusal e) {
            launchFailed(e);
            waiting.failed(e);
        } catch (RuntimeException e) {
            launchFailed(new LaunchRefusal("vhost=" + host.name() + ": a defect of the connector: " + e));
            waiting.failed(e);
            throw e;
        } finally {
            oneLaunch.unlock();
        }
    }

    /** @param instead of this one, which serves until it is good */
    private Generation launchAndInstall(Optional<Generation> instead) throws LaunchRefusal {
        shared.launchBegins();
        try {
            Generation generation = launches.launch(host, instead);
            install(generation);
            return generation;
        } finally {
            shared.launchEnds();
        }
    }

    /** One that has loaded takes over; the one before drains. */
    private void install(Generation generation) {
        Optional<Generation> before;
        Optional<PoolState> end;
        synchronized (this) {
            before = current;
            end = ended;
            launching = Optional.empty();
            tending.used();
            generation.use(host.pool());
            current = end.isPresent() ? Optional.empty() : Optional.of(generation);
        }
        before.ifPresent(this::drain);
        if (end.isPresent()) {
            drain(generation);
        } else {
            LOG.info("{} serves", generation.id());
            tending.begin(generation);
        }
    }

    private void launchFailed(LaunchRefusal e) {
        synchronized (this) {
            launching = Optional.empty();
            launches.failed(e);
        }
        LOG.error("vhost={} launch failed: {}", host.name(), e.getMessage());
        shared.log().tell(host.name(), "launch failed: " + e.getMessage());
    }

    /** PerlInterpStart: before anybody asks. */
    void launchAhead() {
        try {
            serving(System.nanoTime(), Deadline.after(host.pool().deadlines().launch()));
        } catch (LaunchFailed | PoolExhausted e) {
            LOG.info("vhost={} was not launched ahead: {}", host.name(), e.getMessage());
        }
    }

    /** It gives no interpreter any more: nobody asks it again, and what it still has may finish. */
    void lost(Generation generation, String why) {
        synchronized (this) {
            if (!isServing(generation)) {
                return;
            }
            current = Optional.empty();
            launches.died(why, generation.age());
        }
        LOG.warn("{} is lost: {}", generation.id(), why);
        shared.log().tell(host.name(), "generation " + generation.id().number() + " has ended by itself");
        drain(generation);
    }

    private void drain(Generation generation) {
        draining.drain(generation, host.pool().deadlines().drain());
    }

    /** An interpreter has come back: perhaps the last that was waited for. */
    void stopIfDrained(Generation generation) {
        draining.stopIfDrained(generation);
    }

    VirtualHost host() {
        return host;
    }

    boolean isServing(Generation generation) {
        return current.filter(generation::equals).isPresent();
    }

    /**
     * Nobody has asked it for long. A request announces itself in {@link Slots} and then reads {@code current}; this takes {@code
     * current} away and then looks who has announced himself. One of the two sees the other.
     *
     * @return whether it serves no more
     */
    boolean endUnlessClaimed(Generation generation) {
        synchronized (this) {
            if (!isServing(generation)) {
                return true;
            }
            current = Optional.empty();
            if (slots.claims() > 0) {
                current = Optional.of(generation);
                return false;
            }
            launches.forgetFailures();
        }
        LOG.info("{} was idle and ends", generation.id());
        drain(generation);
        return true;
    }

    /** What the configuration says now; a reload that was asked for happens in the background. */
    void update(VirtualHost changed) {
        boolean renew = changed.reloads() > host.reloads();
        boolean wasStarted = host.pool().start() > 0 && host.quarantine().isEmpty();
        host = changed;
        quarantine(changed);
        current.ifPresent(generation -> generation.use(changed.pool()));
        Found found = shared.takeFound(changed.name());
        if (!found.isEmpty()) {
            shared.run(() -> stopUnknown(found));
        }
        if (renew) {
            shared.launchInBackground(() -> renewals.byAdministrator(changed));
        } else if (!wasStarted && changed.pool().start() > 0 && changed.quarantine().isEmpty()) {
            shared.launchInBackground(this::launchAhead);
        }
    }

    private void quarantine(VirtualHost changed) {
        if (changed.quarantine().isPresent()) {
            end(PoolState.QUARANTINED);
        } else {
            synchronized (this) {
                ended = Optional.empty();
            }
        }
    }

    /**
     * One that is launched now takes the place of the one that serves, where it is good; where none serves, nothing is done.
     * Waits for the launches before it.
     *
     * @param isOld whether one has to be replaced
     * @throws LaunchRefusal where what ran goes on
     */
    void replace(Predicate<Generation> isOld) throws LaunchRefusal {
        oneLaunch.lock();
        try {
            // The owner may have mended what failed.
            launches.forgetFailures();
            Optional<Generation> now = current;
            if (now.filter(isOld).isPresent()) {
                launchAndInstall(now);
            }
        } finally {
            oneLaunch.unlock();
        }
    }

    Tending tending() {
        return tending;
    }

    Renewals renewals() {
        return renewals;
    }

    /** Nothing is served any more, until the configuration says so again; what runs may finish. */
    void end(PoolState why) {
        Optional<Generation> last;
        synchronized (this) {
            ended = Optional.of(why);
            last = current;
            current = Optional.empty();
        }
        last.ifPresent(this::drain);
    }

    /** Whether there was one. */
    boolean stopServing() {
        Optional<Generation> last;
        synchronized (this) {
            last = current;
            current = Optional.empty();
        }
        last.ifPresent(this::drain);
        return last.isPresent();
    }

    void retire() {
        current.ifPresent(Generation::keepNoneIdle);
    }

    /** Closes connections, so that interpreters end; generations are left to the launcher. */
    void close() {
        Optional<Generation> last;
        synchronized (this) {
            ended = Optional.of(PoolState.REMOVED);
            last = current;
            current = Optional.empty();
        }
        last.ifPresent(Generation::closeAll);
        draining.closeAll();
    }

    long launches() {
        return launches.count();
    }

    Optional<GenerationId> servingId() {
        return current.map(Generation::id);
    }

    /** The oldest first. */
    List<PoolStatus.GenerationStatus> status() {
        List<Generation> all = draining.all();
        current.filter(generation -> !all.contains(generation)).ifPresent(all::add);
        return all.stream().map(Generation::status)
            .sorted((one, other) -> Integer.compare(one.id().number(), other.id().number())).toList();
    }

    Optional<String> lastFailure() {
        return launches.lastFailure();
    }

    synchronized PoolState state() {
        if (ended.isPresent()) {
            return ended.get();
        }
        return current.isPresent() ? PoolState.SERVING
            : launching.isPresent() ? PoolState.LAUNCHING
            : launches.areHeldBack() ? PoolState.BACKING_OFF : PoolState.RESTING;
    }
}
