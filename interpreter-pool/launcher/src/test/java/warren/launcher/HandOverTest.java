package warren.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HandOverTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int OLD = 11;
    private static final int NEW = 22;
    private final AtomicInteger woken = new AtomicInteger();
    private final HandOver handOver = new HandOver(woken::incrementAndGet);

    @Test
    void theEarlierOneRetiresWhenTheNextWantsItsListWhichWaitsForThat() throws Exception {
        handOver.begin(OLD, NEW);
        assertFalse(handOver.hasOrder(OLD), "it serves until then");
        CompletableFuture<Void> list = CompletableFuture.runAsync(() -> handOver.wantsList(NEW, LONG));
        Scratch.await("the order", () -> handOver.isToRetire(OLD));
        assertEquals(1, woken.get());
        assertFalse(list.isDone() || handOver.hasOrder(NEW));
        assertTrue(handOver.isUnderWay());
        handOver.hasRetired(NEW);
        assertFalse(list.isDone(), "that is nothing that the next one can say");
        handOver.hasRetired(OLD);
        list.get(20, TimeUnit.SECONDS);
        handOver.serves(NEW);
        assertTrue(handOver.awaitServing(LONG));
    }

    @Test
    void theNextOneLooksOnceWhatIsNobodysWhenTheEarlierOneHasEnded() {
        handOver.begin(OLD, NEW);
        handOver.wantsList(NEW, Duration.ZERO);
        assertFalse(handOver.takeCompare(NEW));
        handOver.ended(OLD);
        assertFalse(handOver.isUnderWay());
        assertTrue(handOver.hasOrder(NEW) && handOver.takeCompare(NEW));
        assertFalse(handOver.hasOrder(NEW) || handOver.takeCompare(NEW));
    }

    /** The one that was to look has crashed, and the earlier one still has requests when the one after it gets its list. */
    @Test
    void theOneAfterTheNextLooksWhereThatHasEnded() {
        handOver.begin(OLD, NEW);
        handOver.wantsList(NEW, Duration.ZERO);
        handOver.ended(NEW);
        handOver.beginsWith(33);
        assertFalse(handOver.hasOrder(33));
        handOver.ended(OLD);
        assertTrue(handOver.hasOrder(33) && handOver.takeCompare(33));
        assertFalse(handOver.takeCompare(33));
    }

    /** It compares by itself with its first list: an order to do so before it has one would have it end all that runs. */
    @Test
    void whoeverGetsItsFirstListAfterTheEarlierOneHasEndedNeedsNoOrder() {
        handOver.begin(OLD, NEW);
        handOver.wantsList(NEW, Duration.ZERO);
        handOver.ended(OLD);
        handOver.beginsWith(NEW);
        assertFalse(handOver.hasOrder(NEW) || handOver.takeCompare(NEW));
        handOver.begin(NEW, 33);
        handOver.wantsList(33, Duration.ZERO);
        handOver.ended(33);
        handOver.ended(NEW);
        handOver.beginsWith(34);
        assertFalse(handOver.hasOrder(34) || handOver.takeCompare(34));
    }

    @Test
    void aNextOneThatEndsBeforeItServesIsNotWaitedFor() throws Exception {
        handOver.begin(OLD, NEW);
        CompletableFuture<Boolean> serving = CompletableFuture.supplyAsync(() -> handOver.awaitServing(LONG));
        handOver.ended(NEW);
        assertFalse(serving.get(20, TimeUnit.SECONDS));
        assertFalse(handOver.isToRetire(OLD));
    }

    @Test
    void anEarlierOneThatDoesNotAnswerIsNotWaitedForLong() {
        handOver.begin(OLD, NEW);
        handOver.wantsList(NEW, Duration.ofMillis(10));
        assertTrue(handOver.isToRetire(OLD));
    }
}
