package warren.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import warren.contract.PoolSettings;
import warren.contract.VirtualHost;
import warren.contract.VirtualHostName;

/** Reloads, drains, and launches that fail. */
@Timeout(60)
final class GenerationsTest {
    @Test
    void reloadsBesideWhatRuns() throws Exception {
        Load.Gate gate = new Load.Gate();
        try (Stage stage = new Stage(Stage.settings(1), gate);
             ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Future<FakeExchange>> old = Load.start(stage, threads, 1);
            Eventually.equal(1, gate.inside::get);
            old.addAll(Load.start(stage, threads, 1));
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
        Load.Gate gate = new Load.Gate();
        try (Stage stage = new Stage(Load.deadlines(1, Duration.ofSeconds(20), Duration.ofSeconds(20),
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
        Load.Gate gate = new Load.Gate();
        try (Stage stage = new Stage(Stage.settings(1), gate);
             ExecutorService threads = Executors.newFixedThreadPool(1)) {
            Future<FakeExchange> last = Load.start(stage, threads, 1).getFirst();
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
            List<Future<FakeExchange>> all = Load.start(stage, threads, 50);
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
            Eventually.holds(() -> Load.serves(stage), () -> stage.status().toString());
        }
    }

    /** It may be deaf to the end of its connection. */
    @Test
    void endsAnInterpreterThatWasReplacedAndIsStillThere() throws Exception {
        PoolSettings once = Stage.settings(2);
        try (Stage stage = new Stage(new PoolSettings(0, once.max(), 0, once.maxSpare(), 1, once.inFlight(), once.queueLength(), once.deadlines(),
                once.spool()), Stage.OK)) {
            FakeExchange first = stage.get();
            assertEquals(List.of(), stage.launcher.killed, "it has time to end by itself");
            Eventually.equal(first.pids, () -> stage.launcher.killed);
        }
    }

    /** However many virtual hosts fail, and nobody else waits for them. */
    @Test
    void launchesAfterFailuresInARowGoOneAtATime() throws Exception {
        try (Stage stage = new Stage(Stage.settings(2), Stage.OK)) {
            List<VirtualHostName> failing = List.of(new VirtualHostName("one"), new VirtualHostName("two"), new VirtualHostName("three"));
            stage.pools.update(Stream.concat(failing.stream(), Stream.of(Stage.ALICE)).map(name -> new VirtualHost(name, Optional.empty(), "/srv",
                List.of(), true, Stage.settings(2), 0, Optional.empty())).toList());
            stage.launcher.refusal = Optional.of("no");
            for (VirtualHostName name : failing) {
                for (int i = 0; i < 2; i++) {
                    assertThrows(LaunchFailed.class, () -> stage.pools.of(name).serve(FakeExchange.get()));
                }
            }
            Eventually.holds(() -> stage.pools.status().stream().noneMatch(pool -> pool.state() == PoolState.BACKING_OFF), () -> "their pauses");
            int before = stage.launcher.launches.get();
            assertEquals(0, stage.launcher.afterFailures.get());
            CountDownLatch mayLaunch = new CountDownLatch(1);
            stage.launcher.mayLaunch = mayLaunch;
            List<Thread> visitors = failing.stream().map(name -> Thread.startVirtualThread(() ->
                assertThrows(LaunchFailed.class, () -> stage.pools.of(name).serve(FakeExchange.get())))).toList();
            Eventually.holds(() -> stage.pools.status().stream().filter(pool -> pool.state() == PoolState.LAUNCHING).count() == 3, () -> "three wait");
            Thread alice = Thread.startVirtualThread(() -> assertThrows(LaunchFailed.class, stage::get));
            Eventually.equal(before + 2, stage.launcher.launches::get);
            mayLaunch.countDown();
            alice.join();
            for (Thread visitor : visitors) {
                visitor.join();
            }
            assertEquals(before + 4, stage.launcher.launches.get());
            assertEquals(3, stage.launcher.afterFailures.get(), "alice's is none");
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
            Eventually.holds(() -> Load.serves(stage), () -> stage.status().toString());
            stage.countersEqualReality();
        }
    }

    @Test
    void endsALaunchThatHangs() throws Exception {
        try (Stage stage = new Stage(Load.deadlines(1, Duration.ofSeconds(20), Duration.ofMillis(300),
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
}
