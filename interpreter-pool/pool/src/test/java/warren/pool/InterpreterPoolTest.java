package warren.pool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import warren.contract.Answer;
import warren.contract.Ask;
import warren.contract.PoolSettings;
import warren.contract.VirtualHost;
import warren.contract.VirtualHostName;

/** What a pool promises, with a launcher and interpreters that are real at the socket and tell what they are told. */
final class InterpreterPoolTest {
    private static final VirtualHostName ALICE = new VirtualHostName("alice.example");
    private final List<String> told = new CopyOnWriteArrayList<>();
    private FakeLauncher launcher;
    private Pools pools;

    @BeforeEach
    void start() throws Exception {
        launcher = new FakeLauncher();
        pools = new Pools(new LauncherClient(launcher.path()), new OwnersLog() {
            @Override
            public void follow(Answer.Launched generation) {
                told.add("follow " + generation.generation());
            }

            @Override
            public void tell(VirtualHostName name, String sentence) {
                told.add(sentence);
            }
        });
    }

    @AfterEach
    void stop() throws Exception {
        pools.close();
        launcher.close();
    }

    private static PoolSettings settings(int start, int max, int minSpare, int maxSpare, int maxRequests, int queue,
            Duration wait, Duration request, Duration idle) {
        return new PoolSettings(start, max, minSpare, maxSpare, maxRequests, queue, wait, Duration.ofSeconds(5), request,
            idle, Duration.ofSeconds(5));
    }

    private static PoolSettings usual() {
        return settings(0, 2, 0, 2, 0, 10, Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofMinutes(1));
    }

    private static VirtualHost host(PoolSettings settings, long reloads) {
        return new VirtualHost(ALICE, Optional.empty(), "/srv/alice", List.of(), true, settings, reloads, Optional.empty());
    }

    private void use(PoolSettings settings) {
        pools.update(List.of(host(settings, 0)));
    }

    private RecordedExchange serve() throws Exception {
        RecordedExchange exchange = new RecordedExchange();
        pools.of(ALICE).serve(exchange);
        return exchange;
    }

    private PoolStatus status() {
        return pools.status().get(0);
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.call()) {
            assertTrue(System.nanoTime() < deadline, "it did not happen within 20 s");
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void launchesNothingUntilItIsAsked() throws Exception {
        use(usual());
        assertEquals(PoolState.RESTING, status().state());
        assertEquals(0, launcher.count(Ask.Launch.class));
    }

    @Test
    void keepsOneInterpreterForRequestsOneAfterAnother() throws Exception {
        use(usual());
        assertEquals(serve().pids, serve().pids);
        assertEquals(1, status().idle());
        assertEquals(0, status().busy());
    }

    @Test
    void launchesOnceForManyFirstRequests() throws Exception {
        use(settings(0, 4, 0, 4, 0, 1000, Duration.ofSeconds(20), Duration.ofSeconds(10), Duration.ofMinutes(1)));
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<RecordedExchange>> replies = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                replies.add(clients.submit(this::serve));
            }
            for (Future<RecordedExchange> reply : replies) {
                assertEquals(200, reply.get().heads.get(0).status());
            }
        }
        assertEquals(1, launcher.count(Ask.Launch.class));
        assertTrue(launcher.only().connections.size() <= 4);
    }

    @Test
    void startsAsManyAsPerlInterpStartSays() throws Exception {
        use(settings(2, 4, 0, 4, 0, 10, Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofMinutes(1)));
        await(() -> status().idle() == 2);
    }

    @Test
    void makesSparesInTheBackground() throws Exception {
        use(settings(0, 4, 2, 4, 0, 10, Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofMinutes(1)));
        serve();
        await(() -> status().idle() >= 2);
    }

    @Test
    void replacesAnInterpreterAfterMaxRequests() throws Exception {
        use(settings(0, 1, 0, 1, 1, 10, Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofMinutes(1)));
        assertEquals(false, serve().pids.equals(serve().pids));
    }

    @Test
    void doesNotNoticeInterpretersThatWereKilledIdle() throws Exception {
        use(usual());
        for (int i = 0; i < 50; i++) {
            serve();
            launcher.only().killInterpreters();
        }
        assertEquals(1, launcher.count(Ask.Launch.class));
    }

    @Test
    void launchesAgainWhereTheGenerationHasGone() throws Exception {
        use(usual());
        serve();
        launcher.only().close();
        assertEquals(200, serve().heads.get(0).status());
        assertEquals(2, launcher.count(Ask.Launch.class));
        await(() -> launcher.count(Ask.Stop.class) == 1);
    }

    @Test
    void refusesPastTheQueue() throws Exception {
        Semaphore gate = new Semaphore(0);
        launcher.behavior = (body, out, connection) -> {
            gate.acquireUninterruptibly();
            FakeGeneration.POLITE.answer(body, out, connection);
        };
        use(settings(0, 1, 0, 1, 0, 1, Duration.ofMillis(300), Duration.ofSeconds(20), Duration.ofMinutes(1)));
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<RecordedExchange> first = clients.submit(this::serve);
            await(() -> status().busy() == 1);
            PoolExhausted refused = assertThrows(PoolExhausted.class, this::serve);
            assertTrue(refused.getMessage().contains("busy 1"), refused.getMessage());
            gate.release();
            assertEquals(200, first.get().heads.get(0).status());
        }
    }

    @Test
    void endsAndKillsWhatTakesTooLong() throws Exception {
        launcher.behavior = (body, out, connection) -> LockSupport.parkNanos(TimeUnit.MINUTES.toNanos(5));
        use(settings(0, 1, 0, 1, 0, 10, Duration.ofSeconds(10), Duration.ofMillis(200), Duration.ofMinutes(1)));
        assertThrows(DeadlineExceeded.class, this::serve);
        assertEquals(1, launcher.count(Ask.Kill.class));
        assertEquals(0, status().total());
    }

    @Test
    void triesOnceMoreWhereNothingWasSaid() throws Exception {
        Semaphore dead = new Semaphore(1);
        launcher.behavior = (body, out, connection) -> {
            if (dead.tryAcquire()) {
                connection.close();
            } else {
                FakeGeneration.POLITE.answer(body, out, connection);
            }
        };
        use(usual());
        RecordedExchange exchange = serve();
        assertEquals(2, exchange.pids.size());
        assertEquals(1, exchange.heads.size());
        dead.release();
        assertThrows(InterpreterDied.class, () -> pools.of(ALICE).serve(new RecordedExchange(new byte[3], false)));
    }

    @Test
    void saysSoWhereTheResponseIsCut() throws Exception {
        launcher.behavior = (body, out, connection) -> {
            out.write(FakeGeneration.stdout("Content-Type: text/plain\n\nhalf"));
            connection.close();
        };
        use(usual());
        assertTrue(assertThrows(InterpreterDied.class, this::serve).headSent());
    }

    @Test
    void passesLargeBodiesBothWaysAtOnce() throws Exception {
        use(usual());
        byte[] body = new byte[5_000_000];
        Arrays.fill(body, (byte) 'b');
        launcher.behavior = (received, out, connection) -> {
            out.write(FakeGeneration.stdout("Content-Type: text/plain\n\n"));
            for (int from = 0; from < received.length; from += 50_000) {
                out.write(FakeGeneration.stdout(new String(received, from, 50_000, StandardCharsets.ISO_8859_1)));
            }
            out.write(FakeGeneration.end());
        };
        RecordedExchange exchange = new RecordedExchange(body, false);
        pools.of(ALICE).serve(exchange);
        assertArrayEquals(body, exchange.body.toByteArray());
    }

    @Test
    void tellsTheOwnerWhyALaunchFailedAndWaitsLongerEachTime() throws Exception {
        use(usual());
        launcher.refusal = Optional.of("the launcher lacks CAP_SETUID");
        assertThrows(LaunchFailed.class, this::serve);
        assertThrows(LaunchFailed.class, this::serve);
        LaunchFailed third = assertThrows(LaunchFailed.class, this::serve);
        assertTrue(third.getMessage().contains("is launched again in"), third.getMessage());
        assertEquals(2, launcher.count(Ask.Launch.class));
        assertEquals(PoolState.BACKING_OFF, status().state());
        assertTrue(told.stream().anyMatch(line -> line.contains("lacks CAP_SETUID")), told.toString());
    }

    @Test
    void stopsAGenerationThatNobodyUses() throws Exception {
        use(settings(0, 2, 0, 2, 0, 10, Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofMillis(100)));
        serve();
        await(() -> launcher.runningCount() == 0);
        assertEquals(PoolState.RESTING, status().state());
    }

    @Test
    void reloadsBesideWhatRuns() throws Exception {
        use(usual());
        serve();
        pools.update(List.of(host(usual(), 1)));
        await(() -> launcher.count(Ask.ReportReload.class) == 1);
        await(() -> launcher.runningCount() == 1);
        assertEquals(2, status().generation().orElseThrow().number());
        assertEquals(new Ask.ReportReload(ALICE, 1, ""),
            launcher.asks.stream().filter(Ask.ReportReload.class::isInstance).findFirst().orElseThrow());
    }

    @Test
    void keepsWhatRunsWhereTheReloadFails() throws Exception {
        use(usual());
        serve();
        launcher.refusal = Optional.of("no");
        pools.update(List.of(host(usual(), 1)));
        await(() -> launcher.count(Ask.ReportReload.class) == 1);
        assertEquals(1, status().generation().orElseThrow().number());
        assertEquals(200, serve().heads.get(0).status());
    }

    @Test
    void endsWhatIsNoLongerConfigured() throws Exception {
        use(usual());
        serve();
        pools.update(List.of());
        await(() -> launcher.runningCount() == 0);
        assertThrows(LaunchFailed.class, () -> pools.of(ALICE));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "Content-Type: text/plain\r\nX-A: b\u0000c\r\n\r\n", "Status: 99\n\n", "Status: 600\n\n", "Status: 200\nStatus: 201\n\n",
        "Content-Length: 1\nContent-Length: 2\n\nx", "Content-Length: -1\n\n", "Transfer-Encoding: chunked\n\n",
        "no header at all\n\n", "X Y: z\n\n", "\n\n"})
    void refusesABadHeadAndKillsItsInterpreter(String head) throws Exception {
        launcher.behavior = (body, out, connection) -> {
            out.write(FakeGeneration.stdout(head));
            out.write(FakeGeneration.end());
        };
        use(usual());
        BadResponse bad = assertThrows(BadResponse.class, this::serve);
        assertEquals(false, bad.headSent());
        assertEquals(1, launcher.count(Ask.Kill.class));
        assertEquals(0, status().total());
    }

    @Test
    void refusesRecordsThatFastCgiDoesNotHave() throws Exception {
        List<byte[]> bad = List.of(
            new byte[] {2, 6, 0, 1, 0, 0, 0, 0}, new byte[] {1, 6, 0, 2, 0, 0, 0, 0}, new byte[] {1, 9, 0, 1, 0, 0, 0, 0},
            new byte[] {1, 3, 0, 1, 0, 0, 0, 0}, new byte[] {1, 3, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0});
        for (byte[] record : bad) {
            launcher.behavior = (body, out, connection) -> {
                out.write(FakeGeneration.stdout("Content-Type: text/plain\n\n"));
                out.write(record);
            };
            pools.update(List.of());
            use(usual());
            assertThrows(BadResponse.class, this::serve);
        }
    }

    @Test
    void refusesWhatFollowsTheEndOfAResponse() throws Exception {
        launcher.behavior = (body, out, connection) -> {
            FakeGeneration.POLITE.answer(body, out, connection);
            out.write(FakeGeneration.stdout("HTTP/1.1 200 stolen"));
        };
        use(usual());
        for (int i = 0; i < 5; i++) {
            try {
                assertEquals("", serve().text());
            } catch (BadResponse seenAtOnce) {
                assertTrue(seenAtOnce.getMessage().contains("after the end"), seenAtOnce.getMessage());
            }
        }
    }

    @Test
    void endsAHeadWithoutEnd() throws Exception {
        launcher.behavior = (body, out, connection) -> {
            for (int i = 0; i < 100; i++) {
                out.write(FakeGeneration.stdout("X-Header-" + i + ": " + "y".repeat(4000) + "\n"));
            }
        };
        use(usual());
        assertThrows(BadResponse.class, this::serve);
    }
}
