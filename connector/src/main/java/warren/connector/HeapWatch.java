package warren.connector;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Gives the machine back what garbage has made of the heap. The serial collector looks at what is old only when the heap has
 * grown to its limit; in a soak of half an hour that was 100 MB more than anybody needed. A look through it takes some 50 ms
 * where little is alive, and comes seldom.
 */
final class HeapWatch {
    private static final Duration EVERY = Duration.ofSeconds(15);
    /** Twice what is alive under load, without a flood. */
    private static final long MOST_BYTES = 112L << 20;
    private static final Duration PAUSE = Duration.ofMinutes(1);
    /** Where it was no garbage: a thousand slow clients, say. */
    private static final Duration LONG_PAUSE = Duration.ofMinutes(10);
    private final LongSupplier usedBytes;
    private final Runnable collect;
    private final LongSupplier nanos;
    private long notBeforeNanos;

    /** @param nanos as of {@link System#nanoTime} */
    HeapWatch(LongSupplier usedBytes, Runnable collect, LongSupplier nanos) {
        this.usedBytes = usedBytes;
        this.collect = collect;
        this.nanos = nanos;
        this.notBeforeNanos = nanos.getAsLong();
    }

    /** Of this JVM, from now on. */
    static void start() {
        Runtime runtime = Runtime.getRuntime();
        HeapWatch watch = new HeapWatch(() -> runtime.totalMemory() - runtime.freeMemory(), System::gc, System::nanoTime);
        Executors.newSingleThreadScheduledExecutor(work -> Thread.ofPlatform().daemon().name("heap").unstarted(work))
            .scheduleWithFixedDelay(watch::look, EVERY.toSeconds(), EVERY.toSeconds(), TimeUnit.SECONDS);
    }

    void look() {
        if (nanos.getAsLong() - notBeforeNanos >= 0 && usedBytes.getAsLong() > MOST_BYTES) {
            collect.run();
            boolean wasGarbage = usedBytes.getAsLong() <= MOST_BYTES;
            notBeforeNanos = nanos.getAsLong() + (wasGarbage ? PAUSE : LONG_PAUSE).toNanos();
        }
    }
}
