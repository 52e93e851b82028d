package warren.launcher.cgroup;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Whose processor time has a ceiling, for his forks are refused again and again. It ends when he stops, and lasts longer each time that he
 * begins anew soon after. Not thread-safe.
 */
final class Holds {
    /** Refused forks in a second. Who waits a moment before he tries again is far below. */
    private static final double FROM = 100;
    private static final double UNTIL = 10;
    private static final long LEAST_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long MOST_NANOS = Duration.ofSeconds(8).toNanos();
    private static final long FORGOTTEN_NANOS = Duration.ofSeconds(10).toNanos();
    private static final Logger LOG = LogManager.getLogger(Holds.class);
    private final Map<String, Hold> holds = new HashMap<>();

    /** @param on whether it is one, since then; or was one until then */
    private record Hold(boolean on, long sinceNanos, long leastNanos) { }

    /**
     * @param name of the group
     * @param refused forks in a second, lately
     * @param now of {@link System#nanoTime}
     */
    boolean holds(String name, double refused, long now) {
        Hold hold = holds.get(name);
        if (hold == null) {
            if (refused > FROM) {
                LOG.warn("{}: {} forks refused in a second: {} % of a processor until that ends", name, Math.round(refused), CpuShare.HELD_PERCENT);
                holds.put(name, new Hold(true, now, LEAST_NANOS));
            }
        } else if (hold.on()) {
            if (refused < UNTIL && now - hold.sinceNanos() >= hold.leastNanos()) {
                holds.put(name, new Hold(false, now, hold.leastNanos()));
            }
        } else if (refused > FROM) {
            holds.put(name, new Hold(true, now, Math.min(MOST_NANOS, 2 * hold.leastNanos())));
        } else if (now - hold.sinceNanos() > FORGOTTEN_NANOS) {
            LOG.info("{}: no more forks are refused", name);
            holds.remove(name);
        }
        return isHeld(name);
    }

    /** What was found the last time. */
    boolean isHeld(String name) {
        return holds.containsKey(name) && holds.get(name).on();
    }

    /** Nothing more is to be known of others. */
    void keep(Set<String> names) {
        holds.keySet().retainAll(names);
    }
}
