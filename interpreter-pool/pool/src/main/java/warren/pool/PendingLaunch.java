package warren.pool;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A launch that is under way: it serves all who wait for it, and its failure is the failure of all of them. */
final class PendingLaunch {
    private final CompletableFuture<Generation> outcome = new CompletableFuture<>();

    /** One that is over already. */
    static PendingLaunch of(Generation generation) {
        PendingLaunch over = new PendingLaunch();
        over.succeeded(generation);
        return over;
    }

    void succeeded(Generation generation) {
        outcome.complete(generation);
    }

    void failed(Throwable why) {
        outcome.completeExceptionally(why);
    }

    boolean isOver() {
        return outcome.isDone();
    }

    /** What it came to, where that is known before the deadline. */
    Generation await(Deadline deadline) throws LaunchFailed, PoolExhausted {
        try {
            return outcome.get(Math.max(0, deadline.leftNanos()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new PoolExhausted("still being launched when the request's time to wait was over");
        } catch (ExecutionException e) {
            throw new LaunchFailed(e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LaunchFailed("the connector is stopping", e);
        }
    }
}
