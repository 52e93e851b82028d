package warren.pool;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import warren.contract.Deadlines;
import warren.contract.PoolSettings;

/** Loads and settings that the tests of pools and generations share. */
final class Load {
    private Load() { }

    /** Start, max, min spare, max spare, max requests, queue length; every deadline long. */
    static PoolSettings numbers(int start, int max, int minSpare, int maxSpare, int maxRequests, int queue) {
        PoolSettings from = Stage.settings(max);
        return new PoolSettings(start, max, minSpare, maxSpare, maxRequests, from.inFlight(), queue,
            from.deadlines(), from.spool());
    }

    static PoolSettings deadlines(int max, Duration queue, Duration launch, Duration idle, Duration drain) {
        Deadlines from = Stage.settings(max).deadlines();
        return numbers(0, max, 0, max, 0, 10_000).with(new Deadlines(launch, queue, from.firstByte(),
            from.responseIdle(), from.request(), from.write(), idle, drain, from.cpu()));
    }

    /** Requests that wait inside the interpreter until they may end. */
    static final class Gate implements FakeInterpreter.Script {
        final CountDownLatch open = new CountDownLatch(1);
        final AtomicInteger inside = new AtomicInteger();
        final AtomicInteger most = new AtomicInteger();

        @Override
        public void serve(FakeInterpreter me) throws IOException {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            try {
                if (!me.parameters().containsKey("QUICK") && !open.await(30, TimeUnit.SECONDS)) {
                    throw new IOException("nobody opened the gate");
                }
            } catch (InterruptedException e) {
                throw new IOException(e);
            } finally {
                inside.decrementAndGet();
            }
            Stage.OK.serve(me);
        }
    }

    static List<Future<FakeExchange>> start(Stage stage, ExecutorService threads, int count) {
        List<Future<FakeExchange>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(threads.submit(() -> stage.get()));
        }
        return all;
    }

    static boolean serves(Stage stage) {
        try {
            stage.get();
            return true;
        } catch (RequestFailed e) {
            return false;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
