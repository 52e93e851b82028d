package warren.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import warren.contract.Answer;
import warren.contract.PoolSettings;
import warren.contract.VirtualHost;
import warren.contract.VirtualHostName;

/** Launches that no request waits for: few at a time, and a request's goes ahead of them. */
@Timeout(60)
final class BackgroundLaunchesTest {
    private static final int MANY = 40;

    private static PoolSettings startingOne() {
        PoolSettings none = Stage.settings(1);
        return new PoolSettings(1, none.max(), none.minSpare(), none.maxSpare(), none.maxRequests(), none.inFlight(),
            none.queueLength(), none.deadlines(), none.spool());
    }

    /** Alice starts nothing by herself, all the others do. */
    private static List<VirtualHost> hosts(long reloads) {
        return IntStream.rangeClosed(0, MANY).mapToObj(i -> new VirtualHost(
            new VirtualHostName(i == 0 ? Stage.ALICE.value() : "host" + i), Optional.empty(), "/srv", List.of(), true,
            i == 0 ? Stage.settings(1) : startingOne(), reloads, Optional.empty())).toList();
    }

    private static Shared shared() {
        return new Shared(new LauncherClient(Path.of("/nowhere")), new OwnersLog() {
            @Override
            public Followed follow(Answer.Launched generation, Runnable changed) {
                return Followed.UNHEARD;
            }

            @Override
            public void tell(VirtualHostName name, String sentence) { }
        }, Path.of("/nowhere"), generation -> { });
    }

    @Test
    void makesFewLaunchesAtATime() {
        try (Shared shared = shared()) {
            BackgroundLaunches launches = new BackgroundLaunches(3, Duration.ofHours(1), shared);
            AtomicInteger now = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            AtomicInteger done = new AtomicInteger();
            for (int i = 0; i < 200; i++) {
                launches.add(() -> {
                    most.accumulateAndGet(now.incrementAndGet(), Math::max);
                    LockSupport.parkNanos(1_000_000);
                    now.decrementAndGet();
                    done.incrementAndGet();
                });
            }
            Eventually.equal(200, done::get);
            assertEquals(3, most.get());
        }
    }

    @Test
    void aLaunchThatHangsHoldsUpTheOthersForAWhileOnly() {
        try (Shared shared = shared()) {
            BackgroundLaunches launches = new BackgroundLaunches(2, Duration.ofMillis(50), shared);
            CountDownLatch never = new CountDownLatch(1);
            AtomicInteger begun = new AtomicInteger();
            for (int i = 0; i < 6; i++) {
                launches.add(() -> {
                    begun.incrementAndGet();
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
            }
            Eventually.equal(6, begun::get);
            never.countDown();
        }
    }

    @Test
    void aRequestsLaunchGoesAheadOfThem() throws Exception {
        try (Stage stage = new Stage(Stage.settings(1), Stage.OK)) {
            CountDownLatch slow = new CountDownLatch(1);
            stage.launcher.mayLaunch = slow;
            stage.pools.update(hosts(0));
            Eventually.holds(() -> stage.launcher.launches.get() >= BackgroundLaunches.usual(), () -> "no launches");
            stage.launcher.mayLaunch = new CountDownLatch(0);
            assertEquals(1, stage.get().pids.size());
            slow.countDown();
            Eventually.equal(MANY + 1, stage.launcher.launches::get);
        }
    }

    @Test
    void renewsAllOfManyInTheEnd() throws Exception {
        try (Stage stage = new Stage(Stage.settings(1), Stage.OK)) {
            stage.pools.update(hosts(0));
            Eventually.equal(MANY, stage.launcher.launches::get);
            Eventually.holds(() -> stage.pools.status().stream().filter(pool -> pool.generation().isPresent()).count() == MANY,
                () -> stage.pools.status().toString());
            stage.pools.update(hosts(1));
            Eventually.equal(MANY + 1, stage.launcher.reports::size);
            assertTrue(stage.launcher.reports.stream().allMatch(report -> report.failure().isEmpty()));
            assertEquals(2 * MANY, stage.launcher.launches.get());
        }
    }
}
