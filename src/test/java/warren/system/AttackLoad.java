package warren.system;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** An attack's visitors, each of whom asks again and again until it is over. */
final class AttackLoad {
    private static final long BETWEEN_VISITS_MILLIS = 100;
    private final AtomicBoolean over = new AtomicBoolean();
    private final int port;
    private final Attack attack;
    private final long end;
    private final List<CompletableFuture<Void>> visitors;

    private AttackLoad(int port, Attack attack, Duration comeWithin, long end) {
        this.port = port;
        this.attack = attack;
        this.end = end;
        this.visitors = AtOnce.run(attack.visitors(), i -> () -> visit(comeWithin.toNanos() * i / attack.visitors()));
    }

    /**
     * They come one after the other.
     *
     * @param comeWithin the last of them after this
     * @param end in seconds since 1970: until when each script goes on
     */
    static AttackLoad start(int port, Attack attack, Duration comeWithin, long end) {
        return new AttackLoad(port, attack, comeWithin, end);
    }

    private Void visit(long firstNanos) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(firstNanos);
        while (!over.get()) {
            try {
                attack.visit(port, end, over::get);
            } catch (IOException refused) {
                // As a visitor of hers would be.
            }
            TimeUnit.MILLISECONDS.sleep(BETWEEN_VISITS_MILLIS);
        }
        return null;
    }

    /** Waits for the end of the visits that have begun. */
    void stop() {
        over.set(true);
        AtOnce.ended(visitors);
    }
}
