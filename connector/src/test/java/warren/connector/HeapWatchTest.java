package warren.connector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class HeapWatchTest {
    private static final long MIB = 1 << 20;
    private long used;
    private long alive = 20 * MIB;
    private long now = Long.MAX_VALUE - 1;
    private int collections;
    private final HeapWatch watch = new HeapWatch(() -> used, () -> {
        collections++;
        used = alive;
    }, () -> now);

    private int collectionsIn(Duration time, long usedMeanwhile) {
        int before = collections;
        for (long second = 0; second < time.toSeconds(); second += 15) {
            now += Duration.ofSeconds(15).toNanos();
            used = usedMeanwhile;
            watch.look();
        }
        return collections - before;
    }

    @Test
    void collectsWhereMuchHasGathered() {
        assertEquals(0, collectionsIn(Duration.ofHours(1), 100 * MIB));
        assertEquals(1, collectionsIn(Duration.ofSeconds(15), 120 * MIB));
        assertEquals(10, collectionsIn(Duration.ofMinutes(10), 200 * MIB), "at most once a minute");
    }

    @Test
    void seldomLooksAgainWhereItWasNoGarbage() {
        alive = 150 * MIB;
        assertEquals(6, collectionsIn(Duration.ofHours(1), 200 * MIB));
    }
}
