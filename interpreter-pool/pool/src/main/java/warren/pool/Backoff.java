package warren.pool;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import warren.contract.VirtualHostName;

/**
 * Damps what fails again and again: after a failed launch, or a generation that died young, the next launch may come at once,
 * and after a second one in a row a second later. It stays with that second for a minute, for what is at fault may be the
 * machine, an attack or an accident, which end, and visitors wait. Then, and at once where it is the code that does not load,
 * the pause doubles with each failure. What had loaded and died is launched again as much later as its launch took (with the wait for its turn), for that
 * minute, and a second later ever after: half of the time at most goes into launches, and who visits when it is over waits as long as
 * for a launch. What the launcher could not launch is tried again a second later, too, when it has launched
 * another virtual host meanwhile, for that may be the end of what was at fault with the machine; where that was in vain, two
 * seconds later the next time, and so on. Not thread-safe.
 */
final class Backoff {
    /** A generation that dies younger is taken for a failed launch. */
    private static final Duration GROWN_UP = Duration.ofMinutes(1);
    private static final Duration A_SECOND = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int MOST_DOUBLINGS = 10;
    private final VirtualHostName name;
    private final LongSupplier nanos;
    private final LongSupplier launchedNanos;
    private int failures;
    /** How long the next pause is, where it doubles. */
    private long seconds = 1;
    private long firstFailureNanos;
    /** The last that did not fail. */
    private Duration launchTook = A_SECOND;
    private long overNanos;
    private Optional<String> last = Optional.empty();
    private long lastFailedLaunchNanos;
    /** Whether the last thing that failed was a launch that the launcher refused. */
    private boolean refused;
    /** How often it was refused though another virtual host had been launched. */
    private int vain;

    /** What has failed, and how long a pause may become. */
    private enum Fault {
        /** The launcher could not launch it, or its machine. */
        LAUNCH(Duration.ofSeconds(30)),
        /** The code does not load: its owner mends it, and a reload tries it at once. */
        CODE(Duration.ofSeconds(30)),
        /** What had loaded has died: its owner cannot know when that is over. */
        DEATH(A_SECOND);

        private final Duration longest;

        Fault(Duration longest) {
            this.longest = longest;
        }
    }

    /**
     * @param nanos as of {@link System#nanoTime}
     * @param launchedNanos when the launcher last launched any virtual host
     */
    Backoff(VirtualHostName name, LongSupplier nanos, LongSupplier launchedNanos) {
        this.name = name;
        this.nanos = nanos;
        this.launchedNanos = launchedNanos;
        this.overNanos = nanos.getAsLong();
        this.lastFailedLaunchNanos = overNanos;
    }

    /** A launch did. */
    void failed(LaunchRefusal why) {
        vain += refused && anotherWasLaunched() ? 1 : 0;
        lastFailedLaunchNanos = nanos.getAsLong();
        switch (why) {
            // no fault of the virtual host's
            case LauncherAway away -> last = Optional.of(away.getMessage());
            case NotLaunched notLaunched -> hold(Fault.LAUNCH, notLaunched.getMessage(), A_SECOND);
            default -> hold(Fault.CODE, why.getMessage(), A_SECOND);
        }
    }

    /**
     * What had been launched did, after it had loaded its code: those who asked before may still have a launch.
     *
     * @param age since its launch
     */
    void died(String why, Duration age) {
        if (age.compareTo(GROWN_UP) >= 0) {
            succeeded();
        }
        hold(Fault.DEATH, why, launchTook.compareTo(A_SECOND) < 0 ? launchTook : A_SECOND);
    }

    /** Its launch did not fail, whatever comes of it. */
    void launched(Duration took) {
        launchTook = took;
    }

    /** @param least the pause while it may pass by itself */
    private void hold(Fault fault, String why, Duration least) {
        last = Optional.of(why);
        refused = fault == Fault.LAUNCH;
        failures++;
        if (failures == 1) {
            firstFailureNanos = nanos.getAsLong();
            return;
        }
        boolean mayPass = fault != Fault.CODE && nanos.getAsLong() - firstFailureNanos < PATIENCE.toNanos();
        seconds = mayPass ? 1 : Math.min(seconds, fault.longest.toSeconds());
        Duration pause = mayPass ? least : A_SECOND.multipliedBy(seconds);
        overNanos = nanos.getAsLong() + pause.toNanos();
        seconds = Math.min(2 * seconds, fault.longest.toSeconds());
    }

    void succeeded() {
        failures = 0;
        refused = false;
        vain = 0;
        seconds = 1;
        overNanos = nanos.getAsLong();
    }

    /**
     * Fails where no launch may come now.
     *
     * @param arrival when the request came: the failure of a launch that ended since then is its failure too
     */
    void require(long arrival) throws LaunchFailed {
        Duration left = Duration.ofSeconds(pause().plus(A_SECOND).minusNanos(1).toSeconds());
        if (!left.isZero()) {
            throw new LaunchFailed("vhost=" + name + " is launched again in " + left.toSeconds() + " s at the earliest; the last time: "
                + last.orElse(""), left, null);
        }
        if (lastFailedLaunchNanos - arrival > 0) {
            throw new LaunchFailed(last.orElse(""), null);
        }
    }

    /** Whether the next launch is one after failures in a row: those of all virtual hosts come one after another. */
    boolean isRepeated() {
        return failures > 1;
    }

    /** How long a launch must still wait; zero where it may come now. */
    Duration pause() {
        long until = overNanos;
        if (refused && anotherWasLaunched()) {
            Duration least = A_SECOND.multipliedBy(1L << Math.min(vain, MOST_DOUBLINGS));
            until = Math.min(overNanos, lastFailedLaunchNanos + least.toNanos());
        }
        return Duration.ofNanos(Math.max(0, until - nanos.getAsLong()));
    }

    private boolean anotherWasLaunched() {
        return launchedNanos.getAsLong() - lastFailedLaunchNanos > 0;
    }

    /** Why the last launch failed, or its generation died. */
    Optional<String> last() {
        return last;
    }
}
