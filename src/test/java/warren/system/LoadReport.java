package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What became of a {@link Load}'s requests; on the clients' side, and compared with what the owners' code noted.
 *
 * @param sentAgain ids of those that got not a byte of an answer on a kept connection, and were sent again on another
 */
record LoadReport(List<LoadResult> results, Set<String> sentAgain, Duration took) implements Serializable {
    private static final int SHOWN = 20;

    List<LoadResult> where(Predicate<LoadResult> predicate) {
        return results.stream().filter(predicate).toList();
    }

    List<LoadResult> failures() {
        return where(result -> result.outcome() != Outcome.GOOD);
    }

    long perSecond() {
        return results.size() * 1000L / Math.max(1, took.toMillis());
    }

    /** How many were under way at the same moment, at most. */
    int mostAtOnce() {
        TreeMap<Long, Integer> changes = new TreeMap<>();
        for (LoadResult result : results) {
            changes.merge(result.began(), 1, Integer::sum);
            changes.merge(result.ended(), -1, Integer::sum);
        }
        int now = 0;
        int most = 0;
        for (int change : changes.values()) {
            now += change;
            most = Math.max(most, now);
        }
        return most;
    }

    /** The time within which this part of all was answered, 0 to 1. */
    double millisOf(double part, String owner) {
        List<Double> times = where(result -> result.errand().host().startsWith(owner)).stream().map(LoadResult::millis)
            .sorted().toList();
        return times.isEmpty() ? 0 : times.get((int) Math.min(times.size() - 1, part * times.size()));
    }

    void requireNoFailure() {
        assertEquals(0, failures().size(), () -> this + "\n" + shown(failures()));
    }

    static String shown(List<LoadResult> some) {
        return String.join("\n", some.stream().limit(SHOWN).map(LoadResult::toString).toList());
    }

    /** Whatever failed: no answer is another's, nothing was served more often than it may be, no good one by nobody. */
    void requireSound(EchoSite... sites) throws Exception {
        List<String> faults = new ArrayList<>();
        Map<String, List<Integer>> served = EchoSite.servedBy(sites);
        for (LoadResult result : results) {
            int times = served.getOrDefault(result.errand().id(), List.of()).size();
            if (result.outcome() == Outcome.WRONG) {
                faults.add("wrong: " + result);
            }
            if (result.outcome() == Outcome.GOOD && times == 0) {
                faults.add("answered and never served: " + result);
            }
            if (times > (result.errand().idempotent() || sentAgain.contains(result.errand().id()) ? 2 : 1)) {
                faults.add("served " + times + " times: " + result);
            }
        }
        assertTrue(faults.isEmpty(), () -> this + "\n" + String.join("\n", faults.stream().limit(SHOWN).toList()));
    }

    /** That each good one was served exactly once. */
    void requireOnce(EchoSite... sites) throws Exception {
        Map<String, List<Integer>> served = EchoSite.servedBy(sites);
        List<LoadResult> otherwise = where(result -> result.outcome() == Outcome.GOOD
            && served.getOrDefault(result.errand().id(), List.of()).size() != 1);
        assertEquals(0, otherwise.size(), () -> this + "\n" + shown(otherwise));
    }

    @Override
    public String toString() {
        Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
        results.forEach(result -> counts.merge(result.outcome(), 1, Integer::sum));
        return results.size() + " requests in " + took.toMillis() + " ms (" + perSecond() + " a second), " + sentAgain.size() + " sent again: " + counts;
    }
}
