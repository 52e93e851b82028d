package warren.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import warren.contract.Deadlines;
import warren.contract.PoolSettings;
import warren.contract.Recycling;
import warren.contract.RequestRate;
import warren.contract.SpoolLimits;

/** Limits of the pool on what a virtual host is asked and takes, and how interpreters are replaced for them. */
@Timeout(60)
final class PoolLimitsTest {
    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST"})
    void saysWhichQuotaWasReachedAndDoesNotComeAsFarOnceMore(String method) throws Exception {
        try (Stage stage = new Stage(Stage.settings(2), me -> {
            throw new IOException("dies");
        })) {
            stage.launcher.reached = "memory 64M reached, peak 64M, 3 processes left";
            FakeExchange exchange = FakeExchange.of(method).with("SCRIPT_NAME", "/perl/report.pl");
            QuotaReached reached = assertThrows(QuotaReached.class, () -> stage.serve(exchange));
            assertEquals("vhost=alice gen=1 pid=" + exchange.pids.getFirst()
                + " killed: memory 64M reached, peak 64M, 3 processes left, in /perl/report.pl", reached.getMessage());
            assertEquals(1, exchange.pids.size());
            stage.launcher.reached = "";
            assertThrows(InterpreterDied.class, () -> stage.serve(FakeExchange.of(method)));
        }
    }

    /** Making and ending interpreters is work that no quota of their owner's pays. */
    @ParameterizedTest
    @ValueSource(strings = {"it dies", "it is killed for what it says"})
    void codeThatEndsItsInterpreterWithEachRequestHasOnlySoManyASecond(String how) throws Exception {
        AtomicBoolean good = new AtomicBoolean();
        try (Stage stage = new Stage(Stage.settings(4), me -> {
            if (good.get()) {
                Stage.OK.serve(me);
            } else if (how.equals("it dies")) {
                throw new IOException("dies");
            } else {
                me.say("no header\r\n\r\n").endNow();
            }
        });
             ExecutorService threads = Executors.newFixedThreadPool(8)) {
            long begin = System.nanoTime();
            List<Future<RequestFailed>> all = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                all.add(threads.submit(() -> assertThrows(RequestFailed.class, () -> stage.serve(FakeExchange.post(new byte[3])))));
            }
            for (Future<RequestFailed> one : all) {
                one.get();
            }
            // 20 at once; the place of the 56th, which the last may have, is vacant until 36 * 50 ms are over
            long millis = Duration.ofNanos(System.nanoTime() - begin).toMillis();
            assertTrue(millis >= 1800, () -> "60 died in " + millis + " ms");
            good.set(true);
            assertEquals(1, stage.serve(FakeExchange.post(new byte[3])).pids.size());
            assertEquals(1, stage.launcher.launches.get());
            stage.countersEqualReality();
        }
    }

    @Test
    void aParentThatCannotForkSaysSoAndTheNextGenerationIsLaunched() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        FakeInterpreter.Script hello = me -> {
            if (asked.incrementAndGet() == 2) {
                me.say("Status: 503\r\nWarren-Refused: fork: Resource temporarily unavailable\r\n\r\n").endNow();
            } else {
                Stage.HELLO.serve(me);
            }
        };
        try (Stage stage = new Stage(Load.numbers(0, 4, 0, 0, 0, 10), (generation, socket) -> new FakeParent(socket, hello, Stage.OK))) {
            assertEquals(List.of(1), stage.get().generations);
            assertEquals(List.of(2), stage.get().generations);
            assertEquals(2, stage.launcher.launches.get());
        }
    }

    @Test
    void replacesAnInterpreterAfterMaxRequests() throws Exception {
        try (Stage stage = new Stage(Load.numbers(0, 1, 0, 1, 3, 0), Stage.OK)) {
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
    void replacesAnInterpreterThatHasGrownTooLarge() throws Exception {
        try (Stage stage = new Stage(Stage.settings(1).with(RequestRate.UNLIMITED, new Recycling(Duration.ofHours(1), 50 << 20)), Stage.OK)) {
            int first = stage.get().pids.getFirst();
            assertEquals(first, stage.get().pids.getFirst());
            stage.launcher.privateBytes = (50 << 20) + 1;
            Eventually.holds(() -> pid(stage) != first, () -> "it serves on");
            stage.countersEqualReality();
        }
    }

    @Test
    void weighsAllThatHaveServedTogetherOnceASecond() throws Exception {
        try (Stage stage = new Stage(Stage.settings(1).with(RequestRate.UNLIMITED, new Recycling(Duration.ofHours(1), 50 << 20)), Stage.OK)) {
            long began = System.nanoTime();
            while (stage.launcher.weighings.get() < 3) {
                stage.get();
            }
            stage.get();
            // at the beginning, a second after, and so on
            assertTrue(System.nanoTime() - began >= Duration.ofSeconds(2).toNanos(), "three within " + (System.nanoTime() - began) / 1_000_000 + " ms");
        }
    }

    @Test
    void replacesAnInterpreterThatIsOld() throws Exception {
        try (Stage stage = new Stage(Stage.settings(1).with(RequestRate.UNLIMITED, new Recycling(Duration.ofMillis(300), 0)), Stage.OK)) {
            int first = stage.get().pids.getFirst();
            assertEquals(first, stage.get().pids.getFirst());
            Eventually.holds(() -> pid(stage) != first, () -> "it serves on");
        }
    }

    private static int pid(Stage stage) {
        try {
            return stage.get().pids.getFirst();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Content-Length: 2000000\n"})
    void endsAResponseThatIsLongerThanItMayBe(String length) throws Exception {
        PoolSettings settings = Stage.settings(1).with(new SpoolLimits(1 << 20, 1 << 20, 8 << 20));
        try (Stage stage = new Stage(settings, me -> {
            me.say("Content-Type: text/plain\n" + length + "\n");
            for (int i = 0; i < 100; i++) {
                me.say("x".repeat(20_000));
            }
            me.end();
        })) {
            FakeExchange exchange = FakeExchange.get();
            BadResponse refused = assertThrows(BadResponse.class, () -> stage.serve(exchange));
            assertTrue(refused.getMessage().endsWith("sent a response of more than 1048576 bytes (WarrenResponseMax)"), refused.getMessage());
            assertTrue(exchange.written.size() <= 1 << 20);
            assertEquals(!length.isEmpty(), exchange.head.isEmpty(), "said in time where the head says it");
            stage.countersEqualReality();
        }
    }

    @Test
    void refusesWhatComesFasterThanItMay() throws Exception {
        try (Stage stage = new Stage(Stage.settings(1).with(new RequestRate(1, 2), Recycling.DEFAULT), Stage.OK)) {
            stage.get();
            stage.get();
            PoolExhausted refused = assertThrows(PoolExhausted.class, stage::get);
            assertTrue(refused.getMessage().contains("WarrenRequestRate"), refused.getMessage());
            assertEquals(0, stage.status().inFlight());
        }
    }

    @Test
    void replacesNotAllInterpretersAtTheSameRequest() throws Exception {
        try (Stage stage = new Stage(Load.numbers(0, 1, 0, 1, 100, 0), Stage.OK)) {
            Map<Integer, Integer> served = new LinkedHashMap<>();
            while (served.size() < 11) {
                served.merge(stage.get().pids.getFirst(), 1, Integer::sum);
            }
            List<Integer> lifetimes = new ArrayList<>(served.values()).subList(0, 10);
            assertTrue(lifetimes.stream().allMatch(count -> count > 80 && count <= 100), lifetimes.toString());
            assertTrue(lifetimes.stream().distinct().count() > 1, lifetimes.toString());
        }
    }

    @Test
    void refusesMoreRequestsThanMayBeInFlight() throws Exception {
        PoolSettings from = Stage.settings(4);
        PoolSettings two = new PoolSettings(0, 4, 0, 4, 0, 2, 100, from.deadlines(), from.spool());
        Load.Gate gate = new Load.Gate();
        try (Stage stage = new Stage(two, gate); ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Future<FakeExchange>> all = Load.start(stage, threads, 2);
            Eventually.equal(2, gate.inside::get);
            PoolExhausted full = assertThrows(PoolExhausted.class, stage::get);
            assertTrue(full.getMessage().contains("WarrenInFlightMax"), full.getMessage());
            gate.open.countDown();
            for (Future<FakeExchange> one : all) {
                one.get();
            }
            stage.get();
        }
    }

    /** It is looked at for a second time a second after the first. */
    @Test
    void endsARequestThatTakesTooMuchProcessorTime() throws Exception {
        Deadlines usual = Stage.settings(1).deadlines();
        PoolSettings settings = Stage.settings(1).with(new Deadlines(usual.launch(), usual.queue(), usual.firstByte(),
            usual.responseIdle(), usual.request(), usual.write(), usual.idle(), usual.drain(), Duration.ofMillis(900)));
        try (Stage stage = new Stage(settings, FakeInterpreter::hang)) {
            stage.launcher.cpuMillisBetweenLooks = 1000;
            FakeExchange exchange = FakeExchange.get().with("SCRIPT_NAME", "/perl/loop.pl");
            QuotaReached reached = assertThrows(QuotaReached.class, () -> stage.serve(exchange));
            assertEquals("vhost=alice gen=1 pid=" + exchange.pids.getFirst()
                + " killed: processor time of one request, 0 s (WarrenRequestCpuMax), reached, in /perl/loop.pl", reached.getMessage());
            assertEquals(Map.of(FailureKind.QUOTA_REACHED, 1L), stage.status().failuresBy());
        }
    }
}
