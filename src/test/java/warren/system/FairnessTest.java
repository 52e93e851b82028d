package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What one owner's virtual host does to itself, while bob's visitors come and must not notice. The long form is
 * {@code bench/survival}.
 */
@Timeout(value = 1, unit = TimeUnit.HOURS)
final class FairnessTest {
    private static final int HUNG = Integer.getInteger("warren.load.hung", 300);
    private static final int HERD = 500;
    private static final int MAX = 2;
    private static final int QUEUE = 50;
    private static final int BOB_PER_SECOND = 20;
    /** What a neighbor's latency may be where the machine has other things to do. */
    private static final long SLACK_MILLIS = 3000;

    private static Machine machine;
    private static EchoSite alice;
    private static EchoSite bob;
    private static EchoSite carol;
    private Load neighbor;

    @BeforeAll
    static void start() throws Exception {
        machine = new Machine();
        machine.setWorkers(Math.max(HUNG, HERD) + 200);
        machine.addOwner("alice", Machine.ALICE, "PerlInterpMax " + MAX, "WarrenQueueLength " + QUEUE,
            "WarrenQueueTimeout 3s", "WarrenRequestTimeout 6s");
        machine.addOwner("bob", Machine.BOB);
        machine.addOwner("carol", Machine.CAROL);
        machine.addOwner("dave", Machine.DAVE, "WarrenLaunchTimeout 8s");
        machine.addOwner("erin", Machine.ERIN);
        alice = EchoSite.at(machine, "alice", Machine.ALICE);
        bob = EchoSite.at(machine, "bob", Machine.BOB);
        carol = EchoSite.at(machine, "carol", Machine.CAROL);
        machine.write("dave", Machine.DAVE, "app/app.psgi", "sleep 600; sub { }", "644");
        machine.write("erin", Machine.ERIN, "app/app.psgi", "die 'out of coffee';", "644");
        machine.start();
        assertEquals(200, machine.http().get("bob.localhost", "/perl/who.pl").status());
    }

    @AfterAll
    static void stop() throws Exception {
        machine.close();
    }

    @BeforeEach
    void bobsVisitorsCome() {
        neighbor = Load.start(machine, BOB_PER_SECOND, "bob");
    }

    @AfterEach
    void bobsVisitorsWereServed() throws Exception {
        LoadReport report = neighbor.stop();
        System.err.println("bob meanwhile: " + report + ", 50 % and 99 % within " + report.millisOf(0.5, "bob") + " and "
            + report.millisOf(0.99, "bob") + " ms");
        report.requireNoFailure();
        report.requireSound(bob);
        assertTrue(report.millisOf(0.9, "bob") < SLACK_MILLIS, report::toString);
    }

    private record Asked(String id, Reply reply) { }

    private static Asked ask(String owner, String query) throws Exception {
        String id = Load.nextId();
        return new Asked(id, machine.http().send("GET /app/echo?fill=0" + query + " HTTP/1.1\r\nHost: " + owner
            + ".localhost\r\nConnection: close\r\nX-Id: " + id + "\r\n\r\n", new byte[0]));
    }

    private static Map<Integer, Integer> statuses(List<Asked> all) {
        Map<Integer, Integer> counts = new TreeMap<>();
        all.forEach(asked -> counts.merge(asked.reply.status(), 1, Integer::sum));
        return counts;
    }

    private static void requireRefusedPolitelyAndNeverServed(List<Asked> all, EchoSite site) throws Exception {
        Map<String, List<Integer>> served = EchoSite.servedBy(site);
        Predicate<Asked> refused = asked -> asked.reply.status() == 503;
        assertTrue(all.stream().filter(refused).allMatch(asked -> asked.reply.header("Retry-After").isPresent()), "Retry-After");
        assertTrue(all.stream().filter(refused).noneMatch(asked -> served.containsKey(asked.id)), "refused, and served");
        assertTrue(all.stream().filter(refused.negate()).allMatch(asked -> served.containsKey(asked.id)), "answered by nobody");
    }

    @Test
    void hungRequestsPastTheLimitsAre503AndThoseInTheQueueExpireUnserved() throws Exception {
        List<Asked> all = AtOnce.ended(AtOnce.run(HUNG, i -> () -> ask("alice", "&nap=120")));
        Map<Integer, Integer> statuses = statuses(all);
        System.err.println(HUNG + " hung requests on alice: " + statuses);
        requireRefusedPolitelyAndNeverServed(all, alice);
        assertEquals(Set.of(503, 504), statuses.keySet());
        // Those that come after the first ones' deadline, on a slow machine, may have an interpreter too.
        assertTrue(statuses.get(504) >= MAX && statuses.get(503) >= HUNG / 2, statuses::toString);
        assertEquals(200, ask("alice", "").reply.status());
    }

    @Test
    void aHerdOfFirstHitsMakesOneLaunch() throws Exception {
        List<Asked> all = AtOnce.ended(AtOnce.run(HERD, i -> () -> ask("carol", "")));
        Map<Integer, Integer> statuses = statuses(all);
        System.err.println(HERD + " first hits on carol: " + statuses);
        requireRefusedPolitelyAndNeverServed(all, carol);
        assertTrue(statuses.getOrDefault(200, 0) > 0 && statuses.get(200) + statuses.getOrDefault(503, 0) == HERD,
            statuses::toString);
        assertEquals(1, machine.pool("carol").path("launches").asInt());
    }

    @Test
    void aLaunchThatHangsEndsAtItsDeadlineAndDelaysNobodys() throws Exception {
        CompletableFuture<Asked> hanging = AtOnce.run(() -> ask("dave", ""));
        Await.until("dave's launch", Duration.ofSeconds(20), () -> !Processes.of(Machine.DAVE).isEmpty());
        machine.warren("reload", "bob.localhost").orFail();
        assertFalse(hanging.isDone(), "bob's next generation was launched while dave's still loaded");
        assertEquals(503, hanging.join().reply.status());
        Await.until("its end", Duration.ofSeconds(20), () -> Processes.of(Machine.DAVE).isEmpty());
        Await.until("the owner's log", Duration.ofSeconds(10), () -> machine.ownersLog("dave").contains("WarrenLaunchTimeout")
            && machine.ownersLog("dave").contains("app.psgi line 1"));
    }

    @Test
    void aCrashLoopIsDampedForItsVirtualHostAlone() throws Exception {
        List<Asked> all = new ArrayList<>();
        long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (System.nanoTime() < end) {
            all.add(ask("erin", ""));
        }
        long launches = Files.readAllLines(machine.base().resolve("log/launcher.log")).stream()
            .filter(line -> line.contains("vhost=erin.localhost") && line.endsWith(" launched")).count();
        System.err.println(all.size() + " requests to code that does not load: " + launches + " launches");
        assertEquals(Map.of(503, all.size()), statuses(all));
        assertTrue(launches >= 1 && launches <= 5, "two at once, then after one, two and four seconds, and not " + launches);
    }
}
