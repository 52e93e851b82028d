package warren.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class InterpreterPoolTest {
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
        try (Stage stage = new Stage(Load.numbers(0, 4, 0, 4, 0, 1000), Stage.OK);
             ExecutorService threads = Executors.newFixedThreadPool(500)) {
            stage.launcher.mayLaunch = new CountDownLatch(1);
            List<Future<FakeExchange>> all = Load.start(stage, threads, 500);
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
        Load.Gate gate = new Load.Gate();
        try (Stage stage = new Stage(Stage.settings(3), gate);
             ExecutorService threads = Executors.newFixedThreadPool(20)) {
            List<Future<FakeExchange>> all = Load.start(stage, threads, 20);
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
        Load.Gate gate = new Load.Gate();
        try (Stage stage = new Stage(Load.numbers(0, 1, 0, 1, 0, 2), gate);
             ExecutorService threads = Executors.newFixedThreadPool(3)) {
            List<Future<FakeExchange>> all = Load.start(stage, threads, 3);
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
        Load.Gate gate = new Load.Gate();
        try (Stage stage = new Stage(Load.deadlines(1, Duration.ofMillis(300), Duration.ofSeconds(20),
                Duration.ofMinutes(1), Duration.ofSeconds(20)), gate);
             ExecutorService threads = Executors.newFixedThreadPool(1)) {
            List<Future<FakeExchange>> first = Load.start(stage, threads, 1);
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

    @ParameterizedTest
    @ValueSource(ints = {3, 9_000, 60_000, 1_000_000})
    void servesAgainWhatADyingInterpreterHasNotReadWhateverTheMethodAndTheLength(int length) throws Exception {
        try (Stage stage = new Stage(Stage.settings(2), me -> {
            Stage.OK.serve(me);
            me.dieUnread();
        })) {
            int first = stage.get().pids.getFirst();
            FakeExchange second = stage.serve(FakeExchange.post(new byte[length]));
            assertEquals(first, second.pids.getFirst());
            assertEquals(2, second.pids.size());
            assertEquals("pid=" + second.pids.getLast(), second.text());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST"})
    void servesByAFreshInterpreterWhatEachIdleOneLeavesUnread(String method) throws Exception {
        AtomicInteger made = new AtomicInteger();
        FakeInterpreter.Script dying = me -> {
            Stage.HELLO.serve(me);
            if (made.incrementAndGet() <= 4) {
                me.dieUnread();
            }
        };
        try (Stage stage = new Stage(Load.numbers(4, 4, 0, 4, 0, 0),
                (generation, socket) -> new FakeParent(socket, dying, Stage.OK))) {
            Eventually.equal(4, () -> stage.status().idle());
            FakeExchange exchange = stage.serve(FakeExchange.of(method));
            assertEquals(5, Set.copyOf(exchange.pids).size(), exchange.pids::toString);
            assertEquals("pid=" + exchange.pids.getLast(), exchange.text());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {9_000, 60_000, 1_000_000})
    void servesNoPostAgainThatADyingInterpreterHasReadInPart(int length) throws Exception {
        try (Stage stage = new Stage(Stage.settings(2), me -> {
            Stage.OK.serve(me);
            me.dieAfterTheFirstRead();
        })) {
            stage.get();
            FakeExchange second = FakeExchange.post(new byte[length]);
            assertThrows(InterpreterDied.class, () -> stage.serve(second));
            assertEquals(1, second.pids.size());
        }
    }

    @Test
    void keepsNoMoreIdleThanMaxSpare() throws Exception {
        for (int maxSpare : List.of(0, 1)) {
            Load.Gate gate = new Load.Gate();
            try (Stage stage = new Stage(Load.numbers(0, 4, 0, maxSpare, 0, 10), gate);
                 ExecutorService threads = Executors.newFixedThreadPool(4)) {
                List<Future<FakeExchange>> all = Load.start(stage, threads, 4);
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
    void keepsForAWhileWhatABurstHasNeeded() throws Exception {
        try (Stage stage = new Stage(Load.numbers(0, 4, 0, 1, 0, 10), Stage.OK);
             ExecutorService threads = Executors.newFixedThreadPool(4)) {
            Set<Integer> pids = new TreeSet<>();
            for (int burst = 0; burst < 20; burst++) {
                for (Future<FakeExchange> one : Load.start(stage, threads, 4)) {
                    pids.addAll(one.get().pids);
                }
            }
            assertTrue(pids.size() <= 4, () -> "made again and again: " + pids);
            stage.countersEqualReality();
        }
    }

    @Test
    void keepsMinSpareReady() throws Exception {
        try (Stage stage = new Stage(Load.numbers(0, 4, 2, 3, 0, 10), Stage.OK)) {
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
        try (Stage stage = new Stage(Load.numbers(3, 4, 0, 1, 0, 10), Stage.OK)) {
            Eventually.equal(3, () -> stage.status().idle());
            stage.countersEqualReality();
        }
    }

    @Test
    void stopsAGenerationThatNobodyNeedsAndLaunchesAgain() throws Exception {
        try (Stage stage = new Stage(Load.deadlines(2, Duration.ofSeconds(20), Duration.ofSeconds(20),
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
        Load.Gate gate = new Load.Gate();
        try (Stage stage = new Stage(Load.deadlines(2, Duration.ofSeconds(20), Duration.ofSeconds(20),
                Duration.ofMillis(50), Duration.ofSeconds(20)), gate);
             ExecutorService threads = Executors.newFixedThreadPool(1)) {
            Future<FakeExchange> slow = Load.start(stage, threads, 1).getFirst();
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
        try (Stage stage = new Stage(Load.deadlines(2, Duration.ofSeconds(20), Duration.ofSeconds(20),
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
    void takesOverChangedSettings() throws Exception {
        Load.Gate gate = new Load.Gate();
        try (Stage stage = new Stage(Stage.settings(1), gate);
             ExecutorService threads = Executors.newFixedThreadPool(5)) {
            List<Future<FakeExchange>> all = Load.start(stage, threads, 5);
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
        try (Stage stage = new Stage(Load.numbers(0, 4, 1, 2, 7, 100), me -> {
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
}
