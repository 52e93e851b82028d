package warren.pool;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.GenerationId;
import warren.contract.VirtualHost;
import warren.contract.VirtualHostName;

/**
 * New generations in the place of one that serves: because the administrator has said so, or the owner, or his files have
 * changed. Each is launched beside the old one and takes over where it is good; else what ran goes on, and the owner reads why.
 */
final class Renewals {
    private static final Logger LOG = LogManager.getLogger(Renewals.class);
    /** A launch is half a processor's second that nobody's quota pays for. */
    private static final Duration EACH = Duration.ofSeconds(10);
    private static final int AT_ONCE = 12;

    private final Generations generations;
    private final VirtualHostName name;
    private final Shared shared;
    private final Pace pace = new Pace(EACH, AT_ONCE);
    /** What the owner wants and has not begun; guarded by this. */
    private Optional<Wish> waiting = Optional.empty();

    /** @param only this generation is to be replaced; empty for whichever serves */
    private record Wish(Optional<GenerationId> only, CompletableFuture<String> outcome) { }

    Renewals(Generations generations, VirtualHostName name, Shared shared) {
        this.generations = generations;
        this.name = name;
        this.shared = shared;
    }

    /** One that was launched since the reload was asked for has the new code already. The launcher is told the outcome. */
    void byAdministrator(VirtualHost asked) {
        String failure = replace(one -> one.reloads() < asked.reloads());
        shared.reportReload(asked, asked.quarantine().map(why -> "quarantined: " + why).orElse(failure));
    }

    /**
     * At once, unless the owner wants it too often; what he says until it begins is one with it.
     *
     * @param noticedBy whose parent has seen changed files: one that serves no more has been replaced since
     * @return why not; nothing where it was done, or nothing serves
     */
    synchronized CompletableFuture<String> byOwner(Optional<GenerationId> noticedBy) {
        if (shared.isRetired()) {
            return CompletableFuture.completedFuture("another connector has taken over");
        }
        if (waiting.isPresent()) {
            Wish one = waiting.get();
            waiting = Optional.of(new Wish(one.only().filter(only -> noticedBy.filter(only::equals).isPresent()), one.outcome()));
            return one.outcome();
        }
        Wish wish = new Wish(noticedBy, new CompletableFuture<>());
        waiting = Optional.of(wish);
        Duration pause = pace.next(System.nanoTime());
        if (!pause.isZero()) {
            shared.log().tell(name, "reloaded in " + pause.toSeconds() + " s: it was asked for too often");
        }
        shared.after(pause, this::begin);
        return wish.outcome();
    }

    /** Whether the owner may stop what serves now: the launch after it counts as a reload does. */
    synchronized boolean mayStop() {
        return pace.tryNext(System.nanoTime());
    }

    private void begin() {
        Wish wish;
        synchronized (this) {
            wish = waiting.orElseThrow();
            waiting = Optional.empty();
        }
        try {
            wish.outcome().complete(replace(one -> wish.only().map(one.id()::equals).orElse(true)));
        } finally {
            wish.outcome().complete("a defect of the connector");
        }
    }

    /** Why it was not; nothing where it was, or where none of these serves. */
    private String replace(Predicate<Generation> isOld) {
        try {
            generations.replace(isOld);
            return "";
        } catch (LaunchRefusal e) {
            LOG.error("vhost={} was not reloaded, what ran goes on: {}", name, e.getMessage());
            shared.log().tell(name, "not reloaded, what ran goes on: " + e.getMessage());
            return e.getMessage();
        }
    }
}
