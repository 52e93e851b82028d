package warren.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Looks for inputs that break a target's promise: a few seconds each on every build, as long as is said by
 * {@code ./warren fuzz}, which also keeps the inputs that reach something new.
 */
final class FuzzingTest {
    private static final int AT_A_TIME = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4);

    @Test
    void findsNothing() throws Exception {
        Optional<Duration> time = Optional.of(System.getProperty("fuzz.minutes", "")).filter(minutes -> !minutes.isEmpty())
            .map(minutes -> Duration.ofMinutes(Long.parseLong(minutes)));
        List<Future<List<String>>> all = new ArrayList<>();
        try (ExecutorService workers = Executors.newFixedThreadPool(AT_A_TIME)) {
            targets().forEach(target -> all.add(workers.submit(() -> fuzz(target, time))));
        }
        List<String> findings = new ArrayList<>();
        for (Future<List<String>> one : all) {
            findings.addAll(one.get());
        }
        assertEquals(List.of(), findings);
    }

    private static Stream<Target> targets() {
        String only = System.getProperty("fuzz.target", "");
        return only.isEmpty() ? Stream.of(Target.values()) : Stream.of(Target.valueOf(only));
    }

    private static List<String> fuzz(Target target, Optional<Duration> time) throws Exception {
        Jazzer jazzer = new Jazzer(target);
        boolean clean = time.isPresent() ? jazzer.fuzz(time.get()) : jazzer.fuzzShortly();
        String summary = jazzer.summary();
        System.out.println(summary);
        if (time.isPresent() && clean) {
            jazzer.keep();
        }
        return clean ? List.of() : List.of(summary);
    }
}
