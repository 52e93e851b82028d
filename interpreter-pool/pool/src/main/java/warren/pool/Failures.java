package warren.pool;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/** How many requests of a virtual host failed, and by what. */
final class Failures {
    private final Map<FailureKind, LongAdder> counts = new EnumMap<>(FailureKind.class);
    private volatile Optional<String> last = Optional.empty();

    Failures() {
        for (FailureKind kind : FailureKind.values()) {
            counts.put(kind, new LongAdder());
        }
    }

    void count(RequestFailed failure) {
        FailureKind kind = FailureKind.of(failure);
        counts.get(kind).increment();
        if (kind.isOfTheCode()) {
            last = Optional.of(failure.getMessage());
        }
    }

    /** Those that happened. */
    Map<FailureKind, Long> byKind() {
        Map<FailureKind, Long> sums = new EnumMap<>(FailureKind.class);
        counts.forEach((kind, count) -> sums.put(kind, count.sum()));
        sums.values().removeIf(sum -> sum == 0);
        return sums;
    }

    /** The sentence of the last one of the owner's code. */
    Optional<String> last() {
        return last;
    }
}
