package warren.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import warren.contract.PoolSettings;

@Timeout(60)
final class InterpreterPoolTest {
    /** Start, max, min spare, max spare, max requests, queue length; every deadline long. */
    private static PoolSettings numbers(int start, int max, int minSpare, int maxSpare, int maxRequests, int queue) {
        PoolSettings from = Stage.settings(max);
        return new PoolSettings(start, max, minSpare, maxSpare, maxRequests, queue, from.queueTimeout(),
            from.launchTimeout(), from.requestTimeout(), from.idleTimeout(), from.drainTimeout());
    }

    private static PoolSettings deadlines(int max, Duration queue, Duration launch, Duration idle, Duration drain) {
        return new PoolSettings(0, max, 0, max, 0, 10_000, queue, launch, Duration.ofSeconds(20), idle, drain);
    }

    /** Requests that wait inside the interpreter until they may end. */
    private static final class Gate implements FakeInterpreter.Script {
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

    private static List<Future<FakeExchange>> start(Stage stage, ExecutorService threads, int count) {
        List<Future<FakeExchange>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(threads.submit(() -> stage.get()));
        }
        return all;
    }

    @Test
    void launchesNothingUntilSomebodyAsks() throws Exception {
        try (Stage stage = new Stage(Stage.settings(2), Stage.OK)) {
            assertEquals(PoolState.RESTING, stage.status().state());
            assertEquals(0, stage.launcher.launches.get());
            assertEquals(stage.get().pids, stage.alive());
            assertEquals(PoolState.SERVING, stage.status().state());
            assertEquals(1, stage.followed.size());
        }
    }

    @Test
    void servesFiveHundredFirstHitsWithOneLaunch() throws Exception {
        try (Stage stage = new Stage(numbers(0, 4, 0, 4, 0, 1000), Stage.OK);
             ExecutorService threads = Executors.newFixedThreadPool(500)) {
            stage.launcher.mayLaunch = new CountDownLatch(1);
            List<Future<FakeExchange>> all = start(stage, threads, 500);
            Eventually.holds(() -> stage.status().waiting() == 500, () -> stage.status().toString());
            stage.launcher.mayLaunch.countDown();
            for (Future<FakeExchange> one : all) {
                assertEquals(200, one.get().head.orElseThrow().status());
            }
            assertEquals(1, stage.launcher.launches.get());
            assertTrue(stage.launcher.parent(1).forked.get() <= 4);
            assertEquals(500, stage.status().requests());
            stage.countersEqualReality();
        }
    }

    @Test
    void hasNoMoreAtWorkThanMaxAndReusesThem() throws Exception {
        Gate gate = new Gate();
        try (Stage stage = new Stage(Stage.settings(3), gate);
             ExecutorService threads = Executors.newFixedThreadPool(20)) {
            List<Future<FakeExchange>> all = start(stage, threads, 20);
            Eventually.holds(() -> gate.inside.get() == 3 && stage.status().waiting() == 17, () -> "" + stage.status());
            gate.open.countDown();
            for (Future<FakeExchange> one : all) {
                one.get();
            }
            assertEquals(3, gate.most.get());
            assertEquals(3, stage.launcher.parent(1).forked.get());
            stage.countersEqualReality();
        }
    }

    @Test
    void refusesWhoComesToAFullQueue() throws Exception {
        Gate gate = new Gate();
        try (Stage stage = new Stage(numbers(0, 1, 0, 1, 0, 2), gate);
             ExecutorService threads = Executors.newFixedThreadPool(3)) {
            List<Future<FakeExchange>> all = start(stage, threads, 3);
            Eventually.holds(() -> gate.inside.get() == 1 && stage.status().waiting() == 2, () -> "" + stage.status());
            PoolExhausted full = assertThrows(PoolExhausted.class, stage::get);
            assertTrue(full.getMessage().contains("busy 1") && full.getMessage().contains("waiting 2"),
                full.getMessage());
            gate.open.countDown();
            for (Future<FakeExchange> one : all) {
                one.get();
            }
            assertEquals(1, stage.status().failures());
        }
    }

    @Test
    void refusesWhoHasWaitedTooLong() throws Exception {
        Gate gate = new Gate();
        try (Stage stage = new Stage(deadlines(1, Duration.ofMillis(300), Duration.ofSeconds(20),
                Duration.ofMinutes(1), Duration.ofSeconds(20)), gate);
             ExecutorService threads = Executors.newFixedThreadPool(1)) {
            List<Future<FakeExchange>> first = start(stage, threads, 1);
            Eventually.equal(1, gate.inside::get);
            assertThrows(PoolExhausted.class, stage::get);
            gate.open.countDown();
            first.getFirst().get();
            stage.countersEqualReality();
        }
    }

    @Test
    void replacesIdleInterpretersThatWereKilledUnnoticed() throws Exception {
        try (Stage stage = new Stage(Stage.settings(2), Stage.OK)) {
            int first = stage.get().pids.getFirst();
            stage.launcher.parent(1).killAll();
            FakeExchange second = stage.serve(FakeExchange.post(new byte[3]));
            assertNotEquals(first, second.pids.getFirst());
            assertEquals(1, stage.launcher.launches.get());
            stage.launcher.parent(1).killAll();
            // And without any request the counters follow.
            stage.countersEqualReality();
        }
    }

    @Test
    void replacesAnInterpreterAfterMaxRequests() throws Exception {
        try (Stage stage = new Stage(numbers(0, 1, 0, 1, 3, 0), Stage.OK)) {
            List<Integer> pids = new ArrayList<>();
            for (int i = 0; i < 7; i++) {
                pids.add(stage.get().pids.getFirst());
            }
            assertEquals(3, pids.stream().distinct().count());
            assertEquals(pids.get(0), pids.get(2));
            assertEquals(pids.get(3), pids.get(5));
            stage.countersEqualReality();
        }
    }

    @Test
    void keepsNoMoreIdleThanMaxSpare() throws Exception {
        for (int maxSpare : List.of(0, 1)) {
            Gate gate = new Gate();
            try (Stage stage = new Stage(numbers(0, 4, 0, maxSpare, 0, 10), gate);
                 ExecutorService threads = Executors.newFixedThreadPool(4)) {
                List<Future<FakeExchange>> all = start(stage, threads, 4);
                Eventually.equal(4, gate.inside::get);
                gate.open.countDown();
                for (Future<FakeExchange> one : all) {
                    one.get();
                }
                Eventually.equal(maxSpare, () -> stage.status().idle());
                stage.countersEqualReality();
            }
        }
    }

    @Test
    void keepsMinSpareReady() throws Exception {
        try (Stage stage = new Stage(numbers(0, 4, 2, 3, 0, 10), Stage.OK)) {
            stage.get();
            Eventually.holds(() -> stage.status().idle() >= 2, () -> stage.status().toString());
            stage.launcher.parent(1).killAll();
            Eventually.holds(() -> stage.alive().size() == 2 && stage.status().idle() == 2,
                () -> stage.status().toString());
            stage.countersEqualReality();
        }
    }

    @Test
    void startsAsManyAsItIsTold() throws Exception {
        try (Stage stage = new Stage(numbers(3, 4, 0, 1, 0, 10), Stage.OK)) {
            Eventually.equal(3, () -> stage.status().idle());
            stage.countersEqualReality();
        }
    }

    @Test
    void stopsAGenerationThatNobodyNeedsAndLaunchesAgain() throws Exception {
        try (Stage stage = new Stage(deadlines(2, Duration.ofSeconds(20), Duration.ofSeconds(20),
                Duration.ofMillis(300), Duration.ofSeconds(20)), Stage.OK)) {
            stage.get();
            Eventually.equal(1, () -> stage.launcher.stopped.size());
            assertEquals(PoolState.RESTING, stage.status().state());
            stage.countersEqualReality();
            assertEquals(List.of(2), stage.get().generations);
        }
    }

    @Test
    void doesNotStopAGenerationThatIsAtWork() throws Exception {
        Gate gate = new Gate();
        try (Stage stage = new Stage(deadlines(2, Duration.ofSeconds(20), Duration.ofSeconds(20),
                Duration.ofMillis(50), Duration.ofSeconds(20)), gate);
             ExecutorService threads = Executors.newFixedThreadPool(1)) {
            Future<FakeExchange> slow = start(stage, threads, 1).getFirst();
            Eventually.equal(1, gate.inside::get);
            Deadline longer = Deadline.after(Duration.ofMillis(400));
            Eventually.holds(longer::isOver, () -> "");
            assertEquals(List.of(), stage.launcher.stopped);
            gate.open.countDown();
            assertEquals(List.of(1), slow.get().generations);
            Eventually.equal(1, () -> stage.launcher.stopped.size());
        }
    }

    @Test
    void losesNoRequestBetweenIdleStopsAndLaunches() throws Exception {
        try (Stage stage = new Stage(deadlines(2, Duration.ofSeconds(20), Duration.ofSeconds(20),
                Duration.ofMillis(1), Duration.ofSeconds(20)), Stage.OK)) {
            Deadline enough = Deadline.after(Duration.ofSeconds(2));
            while (!enough.isOver()) {
                stage.serve(FakeExchange.post(new byte[1]));
            }
            assertEquals(0, stage.status().failures());
            stage.countersEqualReality();
        }
    }

    @Test
    void reloadsBesideWhatRuns() throws Exception {
        Gate gate = new Gate();
        try (Stage stage = new Stage(Stage.settings(1), gate);
             ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Future<FakeExchange>> old = start(stage, threads, 1);
            Eventually.equal(1, gate.inside::get);
            old.addAll(start(stage, threads, 1));
            Eventually.equal(1, () -> stage.status().waiting());
            stage.reload();
            Eventually.equal(1, () -> stage.launcher.reports.size());
            assertEquals("", stage.launcher.reports.getFirst().failure());
            // Max is 1 and the old one is busy; who waited for it, and who comes now, gets the new one.
            Eventually.equal(2, gate.inside::get);
            assertEquals(List.of(GenerationState.DRAINING, GenerationState.READY),
                stage.status().generations().stream().map(PoolStatus.GenerationStatus::state).toList());
            assertEquals(List.of(), stage.launcher.stopped);
            gate.open.countDown();
            assertEquals(List.of(1), old.get(0).get().generations);
            assertEquals(List.of(2), old.get(1).get().generations);
            Eventually.equal(1, () -> stage.launcher.stopped.size());
            assertEquals(List.of(2), stage.get().generations);
            assertEquals(1, stage.launcher.reports.size());
            stage.countersEqualReality();
        }
    }

    @Test
    void keepsWhatRunsWhereTheReloadFails() throws Exception {
        try (Stage stage = new Stage(Stage.settings(2), Stage.OK)) {
            int pid = stage.get().pids.getFirst();
            stage.launcher.refusal = Optional.of("no process is left for this user");
            stage.reload();
            Eventually.equal(1, () -> stage.launcher.reports.size());
            assertTrue(stage.launcher.reports.getFirst().failure().contains("no process is left"));
            assertEquals(List.of(pid), stage.get().pids);
            assertEquals(1, stage.told.size());
            stage.countersEqualReality();
        }
    }

    @Test
    void keepsWhatRunsWhereTheNewCodeDoesNotLoad() throws Exception {
        try (Stage stage = new Stage(Stage.settings(2), (generation, socket) -> new FakeParent(socket,
                generation.number() == 1 ? Stage.HELLO : FakeInterpreter::close, Stage.OK))) {
            stage.get();
            stage.reload();
            Eventually.equal(1, () -> stage.launcher.reports.size());
            assertNotEquals("", stage.launcher.reports.getFirst().failure());
            assertEquals(List.of(1), stage.get().generations);
            Eventually.equal(1, () -> stage.launcher.stopped.size());
            assertEquals(2, stage.launcher.stopped.getFirst().number());
        }
    }

    @Test
    void reportsAReloadOfWhatDoesNotRun() throws Exception {
        try (Stage stage = new Stage(Stage.settings(2), Stage.OK)) {
            stage.reload();
            Eventually.equal(1, () -> stage.launcher.reports.size());
            assertEquals("", stage.launcher.reports.getFirst().failure());
            assertEquals(0, stage.launcher.launches.get());
        }
    }

    @Test
    void stopsWhatDoesNotDrainInTime() throws Exception {
        Gate gate = new Gate();
        try (Stage stage = new Stage(deadlines(1, Duration.ofSeconds(20), Duration.ofSeconds(20),
                Duration.ofMinutes(1), Duration.ofMillis(300)), gate);
             ExecutorService threads = Executors.newFixedThreadPool(1)) {
            Future<FakeExchange> stuck = threads.submit(() -> stage.serve(FakeExchange.post(new byte[0])));
            Eventually.equal(1, gate.inside::get);
            stage.reload();
            ExecutionException thrown = assertThrows(ExecutionException.class, stuck::get);
            assertEquals(InterpreterDied.class, thrown.getCause().getClass());
            Eventually.equal(1, () -> stage.launcher.stopped.size());
            gate.open.countDown();
            assertEquals(List.of(2), stage.get().generations);
            stage.countersEqualReality();
        }
    }

    @Test
    void drainsAndStopsWhatIsRemoved() throws Exception {
        Gate gate = new Gate();
        try (Stage stage = new Stage(Stage.settings(1), gate);
             ExecutorService threads = Executors.newFixedThreadPool(1)) {
            Future<FakeExchange> last = start(stage, threads, 1).getFirst();
            Eventually.equal(1, gate.inside::get);
            stage.pools.update(List.of());
            assertThrows(LaunchFailed.class, stage::get);
            assertEquals(List.of(), stage.launcher.stopped);
            gate.open.countDown();
            last.get();
            Eventually.equal(1, () -> stage.launcher.stopped.size());
        }
    }

    @Test
    void servesNothingInQuarantine() throws Exception {
        try (Stage stage = new Stage(Stage.settings(1), Stage.OK)) {
            stage.get();
            stage.pools.update(List.of(Stage.host(Stage.settings(1), 0, Optional.of("apache2.conf:7: bad owner"))));
            assertTrue(assertThrows(LaunchFailed.class, stage::get).getMessage().contains("bad owner"));
            Eventually.equal(1, () -> stage.launcher.stopped.size());
            assertEquals(PoolState.QUARANTINED, stage.status().state());
            stage.pools.update(List.of(Stage.host(Stage.settings(1), 0, Optional.empty())));
            assertEquals(List.of(2), stage.get().generations);
        }
    }

    @Test
    void failsAllWhoWaitForALaunchThatFails() throws Exception {
        try (Stage stage = new Stage(Stage.settings(2), Stage.OK);
             ExecutorService threads = Executors.newFixedThreadPool(50)) {
            stage.launcher.mayLaunch = new CountDownLatch(1);
            stage.launcher.refusal = Optional.of("no process is left for this user");
            List<Future<FakeExchange>> all = start(stage, threads, 50);
            Eventually.equal(50, () -> stage.status().waiting());
            stage.launcher.mayLaunch.countDown();
            for (Future<FakeExchange> one : all) {
                Throwable cause = assertThrows(ExecutionException.class, one::get).getCause();
                assertEquals(LaunchFailed.class, cause.getClass());
                assertTrue(cause.getMessage().contains("no process is left"), cause.getMessage());
            }
            assertEquals(1, stage.launcher.launches.get());
            assertEquals(1, stage.told.size());
            stage.countersEqualReality();
        }
    }

    @Test
    void dampsFailingLaunchesAndServesOnceTheyAreMended() throws Exception {
        try (Stage stage = new Stage(Stage.settings(2), Stage.OK)) {
            stage.launcher.refusal = Optional.of("no process is left for this user");
            for (int i = 0; i < 20; i++) {
                LaunchFailed failed = assertThrows(LaunchFailed.class, stage::get);
                assertTrue(failed.getMessage().contains("no process is left"), failed.getMessage());
                assertTrue(failed.retryAfter().toMillis() >= 1000);
            }
            // The first, one at once, and perhaps one after a second on a slow machine.
            assertTrue(stage.launcher.launches.get() <= 3, "launches " + stage.launcher.launches.get());
            assertEquals(PoolState.BACKING_OFF, stage.status().state());
            stage.launcher.refusal = Optional.empty();
            Eventually.holds(() -> serves(stage), () -> stage.status().toString());
        }
    }

    @Test
    void launchesAnotherGenerationWhereTheParentHasDied() throws Exception {
        try (Stage stage = new Stage(Stage.settings(2), Stage.OK)) {
            stage.get();
            FakeParent parent = stage.launcher.parent(1);
            parent.die();
            parent.killAll();
            assertEquals(List.of(2), stage.serve(FakeExchange.post(new byte[1])).generations);
            Eventually.equal(1, () -> stage.launcher.stopped.size());
            stage.countersEqualReality();
        }
    }

    @Test
    void dampsAGenerationThatLoadsAndDiesAgainAndAgain() throws Exception {
        AtomicBoolean mended = new AtomicBoolean();
        AtomicReference<Stage> self = new AtomicReference<>();
        try (Stage stage = new Stage(Stage.settings(1), me -> {
            if (!mended.get()) {
                self.get().launcher.parents.values().forEach(FakeParent::close);
            }
            Stage.OK.serve(me);
        })) {
            self.set(stage);
            for (int i = 0; i < 20; i++) {
                assertThrows(RequestFailed.class, stage::get);
            }
            assertTrue(stage.launcher.launches.get() <= 4, "launches " + stage.launcher.launches.get());
            mended.set(true);
            Eventually.holds(() -> serves(stage), () -> stage.status().toString());
            stage.countersEqualReality();
        }
    }

    @Test
    void endsALaunchThatHangs() throws Exception {
        try (Stage stage = new Stage(deadlines(1, Duration.ofSeconds(20), Duration.ofMillis(300),
                Duration.ofMinutes(1), Duration.ofSeconds(20)),
                (generation, socket) -> new FakeParent(socket, FakeInterpreter::hang, Stage.OK))) {
            assertTrue(assertThrows(LaunchFailed.class, stage::get).getMessage().contains("did not answer"));
            Eventually.equal(1, () -> stage.launcher.stopped.size());
            stage.countersEqualReality();
        }
    }

    @Test
    void saysThatTheLauncherIsAway() throws Exception {
        try (Stage stage = new Stage(Stage.settings(1), Stage.OK)) {
            stage.launcher.close();
            assertTrue(assertThrows(LaunchFailed.class, stage::get).getMessage().contains("launcher"));
        }
    }

    @Test
    void takesOverChangedSettings() throws Exception {
        Gate gate = new Gate();
        try (Stage stage = new Stage(Stage.settings(1), gate);
             ExecutorService threads = Executors.newFixedThreadPool(5)) {
            List<Future<FakeExchange>> all = start(stage, threads, 5);
            Eventually.equal(1, gate.inside::get);
            stage.use(Stage.settings(3));
            Eventually.equal(3, gate.inside::get);
            stage.use(Stage.settings(2));
            gate.open.countDown();
            for (Future<FakeExchange> one : all) {
                one.get();
            }
            Eventually.equal(2, () -> stage.status().total());
            stage.countersEqualReality();
        }
    }

    @Test
    void leavesGenerationsToTheLauncherWhenItCloses() throws Exception {
        try (Stage stage = new Stage(Stage.settings(1), Stage.OK)) {
            stage.get();
            FakeParent parent = stage.launcher.parent(1);
            stage.pools.close();
            Eventually.equal(List.of(), parent::pids);
            assertEquals(List.of(), stage.launcher.stopped);
            assertThrows(LaunchFailed.class, stage::get);
        }
    }

    @Test
    void countsRightAfterManyRequestsOfAllKinds() throws Exception {
        try (Stage stage = new Stage(numbers(0, 4, 1, 2, 7, 100), me -> {
            switch (me.parameters().getOrDefault("KIND", "0")) {
                case "1" -> me.close();
                case "2" -> me.say("Evil\n\n").endNow();
                case "3" -> me.say("Content-Length: 1\n\nxx").end();
                default -> Stage.OK.serve(me);
            }
        }); ExecutorService threads = Executors.newFixedThreadPool(16)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 600; i++) {
                String kind = Integer.toString(i % 8);
                all.add(threads.submit(() -> {
                    try {
                        stage.serve(FakeExchange.get().with("KIND", kind));
                    } catch (InterpreterDied | BadResponse expected) {
                        return kind;
                    }
                    return "";
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
            assertEquals(1, stage.launcher.launches.get());
            assertEquals(600, stage.status().requests());
            assertEquals(150, stage.status().failures());
            stage.countersEqualReality();
        }
    }

    private static boolean serves(Stage stage) {
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
