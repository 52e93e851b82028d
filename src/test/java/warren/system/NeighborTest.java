package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Alice's code takes all that it can get of one thing after the other, while bob's visitors come: none of his requests is
 * lost, the connector does not grow, and alice is served again afterwards. The long form is {@code bench/neighbor}.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
final class NeighborTest {
    /** So much of a processor is what serves bob to take before each attack; 0: his visitors come {@link #USUAL_PER_SECOND}. */
    private static final int PERCENT = Integer.getInteger("warren.load.neighborPercent", 0);
    private static final int USUAL_PER_SECOND = 50;
    /** Until the connector's code is compiled, as it is on a machine that has run for a while. */
    private static final Duration WARM_UP = Duration.ofMillis(Integer.getInteger("warren.load.warmUpMillis", 2000));
    private static final int WARM_UP_PER_SECOND = Integer.getInteger("warren.load.warmUpPerSecond", USUAL_PER_SECOND);
    /** Of every attack, that do not count, to the same end. */
    private static final int REHEARSALS = Integer.getInteger("warren.load.rehearsals", 0);
    private static final Duration WATCH = Duration.ofMillis(Integer.getInteger("warren.load.watchMillis", 2000));
    private static final int ROUNDS = Integer.getInteger("warren.load.rounds", 1);
    private static final List<Attack> ATTACKS = Attack.named(System.getProperty("warren.load.attacks", ""));
    /** Wide on a machine that has other things to do. */
    private static final long SLACK_MILLIS = 3000;
    /** Its heap of 256 MB, full, a thread for each of a thousand requests, and what a JVM has besides. */
    private static final long MOST_CONNECTOR_BYTES = 512L << 20;
    private static final Duration SERVED_AGAIN_WITHIN = Duration.ofSeconds(20);

    private static Machine machine;
    private static EchoSite bob;
    private static final List<LoadProcess> STARTED = new ArrayList<>();
    private static LoadProcess bobsVisitors;
    private static LoadProcess alicesVisitors;

    @BeforeAll
    static void start() throws Exception {
        machine = new Machine();
        machine.setWorkers(Attack.HUNG_REQUESTS.visitors() + 300);
        machine.addOwner("alice", Machine.ALICE, "WarrenMemoryMax 128M", "WarrenProcessesMax 64", "WarrenInFlightMax 2000", "WarrenQueueLength 2000");
        machine.addOwner("bob", Machine.BOB, "PerlInterpMinSpare 2");
        bob = EchoSite.at(machine, "bob", Machine.BOB);
        for (Attack attack : Attack.values()) {
            machine.write("alice", Machine.ALICE, "htdocs" + attack.path(), attack.script(), "644");
        }
        machine.start();
        bobsVisitors = startVisitors(LoadProcess.Turn.FIRST);
        alicesVisitors = startVisitors(LoadProcess.Turn.LAST);
        visitBob(WARM_UP, WARM_UP_PER_SECOND);
    }

    private static LoadProcess startVisitors(LoadProcess.Turn turn) throws Exception {
        LoadProcess started = new LoadProcess(machine, turn);
        STARTED.add(started);
        return started;
    }

    @AfterAll
    static void stop() throws Exception {
        try {
            for (LoadProcess visitors : STARTED) {
                visitors.close();
            }
        } finally {
            machine.close();
        }
    }

    private static LoadReport visitBob(Duration time, int perSecond) throws Exception {
        return bobsVisitors.visit(time, perSecond, "bob");
    }

    @Test
    void bobLosesNoRequestWhateverAliceTakes() throws Exception {
        int perSecond = USUAL_PER_SECOND;
        for (int round = 0; round < REHEARSALS; round++) {
            for (Attack attack : ATTACKS) {
                attack(attack, perSecond);
            }
        }
        Map<Attack, List<Notice>> noticed = new EnumMap<>(Attack.class);
        for (int round = 0; round < ROUNDS; round++) {
            perSecond = perSecond();
            for (Attack attack : ATTACKS) {
                noticed.computeIfAbsent(attack, each -> new ArrayList<>()).add(attack(attack, perSecond));
                assertTrue(connectorBytes() < MOST_CONNECTOR_BYTES, () -> attack + ": the connector has " + shownBytes());
            }
        }
        noticed.forEach((attack, rounds) -> System.err.println(attack + ": " + Notice.median(rounds)));
    }

    private static int perSecond() throws Exception {
        if (PERCENT == 0) {
            return USUAL_PER_SECOND;
        }
        Duration took = timeForBob();
        int requests = visitBob(WATCH, USUAL_PER_SECOND).results().size();
        long microsEach = timeForBob().minus(took).toNanos() / 1000 / requests;
        System.err.println("a request of bob's takes " + microsEach + " us of processor time");
        return (int) Math.max(1, PERCENT * 10_000 / Math.max(1, microsEach));
    }

    /** What bob notices: within how many milliseconds 50, 95 and 99 % of his visitors were answered, and how many a second. */
    private record Notice(List<Double> before, List<Double> meanwhile) {
        static Notice of(LoadReport before, LoadReport meanwhile) {
            return new Notice(figures(before), figures(meanwhile));
        }

        private static List<Double> figures(LoadReport report) {
            return List.of(report.millisOf(0.5, "bob"), report.millisOf(0.95, "bob"), report.millisOf(0.99, "bob"), (double) report.perSecond());
        }

        /** Of all rounds, figure by figure. */
        static String median(List<Notice> rounds) {
            List<Double> before = median(rounds, Notice::before);
            List<Double> meanwhile = median(rounds, Notice::meanwhile);
            return String.format(Locale.ROOT, "medians of %d rounds: %s before, %s meanwhile; 99 %% within %.2f times, throughput %.2f times",
                rounds.size(), before, meanwhile, meanwhile.get(2) / before.get(2), meanwhile.get(3) / before.get(3));
        }

        private static List<Double> median(List<Notice> rounds, Function<Notice, List<Double>> side) {
            return IntStream.range(0, 4).mapToObj(figure -> rounds.stream().map(side).map(figures -> figures.get(figure)).sorted()
                .toList().get(rounds.size() / 2)).toList();
        }
    }

    /** The kernel's scheduler alone would give her a turn whenever bob's interpreters want one. */
    @Test
    void whoComputesAllTheTimeStepsBehindUntilItIsOver() throws Exception {
        machine.write("alice", Machine.ALICE, "htdocs/perl/hog.pl",
            "print \"Content-Type: text/plain\\n\\nbegun\"; 1 until -e \"$ENV{DOCUMENT_ROOT}/over\";", "644");
        List<CompletableFuture<Integer>> visitors = AtOnce.run(3, i -> () -> machine.http().get("alice.localhost", "/perl/hog.pl").status());
        Await.until("a smaller weight than bob's", SERVED_AGAIN_WITHIN, () -> cpuWeight("alice") < cpuWeight("bob"));
        machine.write("alice", Machine.ALICE, "htdocs/over", "", "644");
        assertEquals(List.of(200, 200, 200), AtOnce.ended(visitors));
        Await.until("the whole weight", SERVED_AGAIN_WITHIN, () -> cpuWeight("alice") == 100);
    }

    private static int cpuWeight(String owner) throws IOException {
        JsonNode quota = machine.launched(owner).path("quota");
        assertTrue(quota.path("cpuWeight").isIntegralNumber(), quota::toString);
        return quota.path("cpuWeight").intValue();
    }

    private static Notice attack(Attack attack, int perSecond) throws Exception {
        Duration took = timeForBob();
        LoadReport before = visitBob(WATCH, perSecond);
        long percent = timeForBob().minus(took).toMillis() * 100 / before.took().toMillis();
        long end = System.currentTimeMillis() / 1000 + WATCH.toSeconds() + 1;
        long requests = requestsOfAlice();
        LoadReport meanwhile;
        long asked;
        alicesVisitors.beginAttack(attack, WATCH.dividedBy(2), end);
        try {
            meanwhile = visitBob(WATCH, perSecond);
            asked = requestsOfAlice() - requests;
        } finally {
            alicesVisitors.endAttack();
        }
        long ended = System.nanoTime();
        Await.until("alice being served again after " + attack, SERVED_AGAIN_WITHIN,
            () -> machine.http().get("alice.localhost", "/perl/who.pl").status() == 200);
        System.err.println(attack + ": bob takes " + percent + " % of a processor; his 50, 95 and 99 % within " + shown(before) + " ms before, " + shown(meanwhile)
            + " ms meanwhile; " + before.perSecond() + " and " + meanwhile.perSecond() + " a second; alice asked " + asked + " times, served again after "
            + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - ended) + " ms; the connector has " + shownBytes() + "; " + meanwhile);
        // those who come last may find no processor left by those before them
        assertTrue(2 * asked >= attack.visitors(), () -> attack + " is none: alice was asked " + asked + " times");
        for (LoadReport report : List.of(before, meanwhile)) {
            report.requireNoFailure();
            report.requireSound(bob);
        }
        assertTrue(meanwhile.millisOf(0.95, "bob") < before.millisOf(0.95, "bob") + SLACK_MILLIS, () -> attack + ": " + meanwhile);
        return Notice.of(before, meanwhile);
    }

    private static long requestsOfAlice() throws IOException {
        return machine.pool("alice").path("requests").asLong();
    }

    /** What serves him takes, while nobody else is served. */
    private static Duration timeForBob() throws IOException {
        return machine.frontTime().plus(machine.launched("bob").path("quota").path("cpuMicros").asLong(), ChronoUnit.MICROS);
    }

    private static String shown(LoadReport report) {
        return report.millisOf(0.5, "bob") + ", " + report.millisOf(0.95, "bob") + " and " + report.millisOf(0.99, "bob");
    }

    private static String shownBytes() {
        try {
            return (connectorBytes() >> 20) + " MB";
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static long connectorBytes() throws IOException {
        int pid = machine.connectorStatus().path("pid").asInt();
        String line = Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
            .filter(each -> each.startsWith("VmRSS:")).findFirst().orElseThrow();
        return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
    }
}
