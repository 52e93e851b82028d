package warren.pool;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

/**
 * How long places of interpreters stay vacant that are killed, or have died in a request. Their end and the next one's begin have the
 * launcher and the connector work, which no quota of their owner's pays: code that ends its interpreter with each request would
 * have them do so hundreds of times a second.
 */
final class Vacancies {
    /** So many are replaced at once, and in the long run one in this time. */
    private static final int AT_ONCE = 20;
    private static final Duration EVERY = Duration.ofMillis(50);
    private static final Duration LONGEST = Duration.ofSeconds(1);
    private final BiConsumer<Duration, Runnable> clock;
    private final Pace deaths = new Pace(EVERY, AT_ONCE);
    private final AtomicInteger count = new AtomicInteger();

    /** @param clock does something later */
    Vacancies(BiConsumer<Duration, Runnable> clock) {
        this.clock = clock;
    }

    /** The slot of one that is to go this way: back now, or when its vacancy is over; now, too, where the next generation has its place already. */
    void giveBack(Slots.Slot slot, Fate fate, long nowNanos) {
        Duration vacancy = after(fate, nowNanos);
        if (vacancy.isZero() || slot.isOutrun()) {
            slot.giveBack();
            return;
        }
        count.incrementAndGet();
        clock.accept(vacancy, () -> {
            count.decrementAndGet();
            slot.giveBack();
        });
    }

    private synchronized Duration after(Fate fate, long nowNanos) {
        if (fate == Fate.REUSE || fate == Fate.CLOSE) {
            return Duration.ZERO;
        }
        Duration vacancy = deaths.next(nowNanos);
        return vacancy.compareTo(LONGEST) < 0 ? vacancy : LONGEST;
    }

    /** For who was refused; nothing where there are none. */
    String shown() {
        int now = count.get();
        return now == 0 ? "" : ", of which " + now + " are vacant, for interpreters die again and again";
    }
}
