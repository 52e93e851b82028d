package warren.pool;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import warren.contract.VirtualHost;

/**
 * How one generation of a virtual host comes to be: launched, its code loaded, and, where another one serves, looked at; and how
 * soon that may be tried again where it failed, or where the generation died ({@link Backoff}).
 */
final class Launches {
    private final Shared shared;
    private final Slots slots;
    private final LongAdder count = new LongAdder();
    /** Guarded by itself. */
    private final Backoff backoff;

    Launches(VirtualHost host, Shared shared, Slots slots) {
        this.shared = shared;
        this.slots = slots;
        this.backoff = new Backoff(host.name(), System::nanoTime, shared::launchedNanos);
    }

    /**
     * One that has loaded.
     *
     * @param instead of this one, which serves until it is good
     * @throws LaunchRefusal where there is none; where another connector has taken over, which may choose it
     */
    Generation launch(VirtualHost host, Optional<Generation> instead) throws LaunchRefusal {
        long begin = System.nanoTime();
        Generation generation = shared.launch(host, isRepeated());
        try {
            generation.load();
            loaded(Duration.ofNanos(System.nanoTime() - begin));
            if (instead.isPresent() && host.healthCheck().isPresent()) {
                HealthRequest.require(host, host.healthCheck().get(), generation, slots);
            }
        } catch (LaunchRefusal e) {
            generation.stop();
            shared.stopLoading(generation.id());
            throw e;
        }
        count.increment();
        if (instead.isPresent() && shared.isRetired()) {
            // the next connector has found both, and takes the newest that is good
            throw new LaunchRefusal(generation.id() + " loaded while another connector took over, which chooses");
        }
        return generation;
    }

    private boolean isRepeated() {
        synchronized (backoff) {
            return backoff.isRepeated();
        }
    }

    private void loaded(Duration took) {
        synchronized (backoff) {
            backoff.launched(took);
        }
    }

    /** @throws LaunchFailed where none may come now */
    void require(long arrival) throws LaunchFailed {
        synchronized (backoff) {
            backoff.require(arrival);
        }
    }

    void failed(LaunchRefusal why) {
        synchronized (backoff) {
            backoff.failed(why);
        }
    }

    /** One that had been launched did. */
    void died(String why, Duration age) {
        synchronized (backoff) {
            backoff.died(why, age);
        }
    }

    /** What failed before counts no more. */
    void forgetFailures() {
        synchronized (backoff) {
            backoff.succeeded();
        }
    }

    boolean areHeldBack() {
        synchronized (backoff) {
            return !backoff.pause().isZero();
        }
    }

    Optional<String> lastFailure() {
        synchronized (backoff) {
            return backoff.last();
        }
    }

    long count() {
        return count.sum();
    }
}
