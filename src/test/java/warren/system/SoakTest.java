package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Visitors of all kinds for long, while interpreters and parents are killed, generations replaced, uploads cut off and httpd
 * reloaded: no process that lives through it takes more memory in the end than before. The long form, half an hour, is {@code
 * bench/survival SoakTest}.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
final class SoakTest {
    private static final Duration LONG = Duration.ofSeconds(Integer.getInteger("warren.load.soakSeconds", 24));
    private static final int PER_SECOND = Integer.getInteger("warren.load.soakPerSecond", 60);
    /** What may come on top, in percent: JVMs and their heaps still warm up in a short form. */
    private static final int SLACK_PERCENT = Integer.getInteger("warren.load.soakSlackPercent", 60);
    private static final long SLACK_KILOBYTES = 4096;
    private Machine machine;
    private EchoSite alice;
    private EchoSite bob;

    private interface Deed {
        void run() throws Exception;
    }

    @BeforeEach
    void start() throws Exception {
        machine = new Machine();
        machine.setWorkers(200);
        machine.addOwner("alice", Machine.ALICE, "PerlInterpMax 6", "PerlInterpMaxSpare 4", "WarrenQueueLength 300", "WarrenMemoryMax 200M");
        machine.addOwner("bob", Machine.BOB, "PerlInterpMax 6", "PerlInterpMinSpare 2", "PerlInterpMaxSpare 4", "WarrenQueueLength 300");
        machine.write("alice", Machine.ALICE, "htdocs/perl/eat.pl", """
            print "Content-Type: text/plain\\n\\n"; my @all; push @all, 'x' x 1_000_000 while 1;
            """, "644");
        alice = EchoSite.at(machine, "alice", Machine.ALICE);
        bob = EchoSite.at(machine, "bob", Machine.BOB);
        machine.start();
        for (String owner : List.of("alice", "bob")) {
            assertEquals(200, machine.http().get(owner + ".localhost", "/app/").status());
        }
    }

    @AfterEach
    void stop() throws Exception {
        machine.close();
    }

    private List<Deed> deeds() {
        return List.of(
            () -> killOneOf(machine.interpretersOf("alice")),
            () -> machine.reload("alice"),
            () -> killOneOf(machine.interpretersOf("bob")),
            this::uploadHalf,
            () -> Processes.kill(machine.parentOf("alice")),
            () -> machine.http().get("alice.localhost", "/perl/eat.pl"),
            () -> machine.reloadHttpd());
    }

    private static void killOneOf(List<Integer> interpreters) throws Exception {
        if (!interpreters.isEmpty()) {
            Command.run("kill", "-KILL", interpreters.getFirst().toString());
        }
    }

    private void uploadHalf() throws IOException {
        try (Wire wire = new Wire(machine.port(), Duration.ofSeconds(10))) {
            wire.send("POST /app/ HTTP/1.1\r\nHost: bob.localhost\r\nX-Id: " + Load.nextId() + "\r\nContent-Length: 1000000\r\n\r\n" + "x".repeat(300_000));
        }
    }

    /** What each has of its own, in KB, by name: of those that live through it all. */
    private Map<String, Long> memory() throws Exception {
        Map<String, Long> memory = new TreeMap<>();
        memory.put("launcher", anonymous(machine.launcher().pid()));
        memory.put("connector", anonymous(machine.connector()));
        memory.put("bob's parent", anonymous(machine.parentOf("bob")));
        return memory;
    }

    private static long anonymous(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status"), StandardCharsets.ISO_8859_1).stream()
            .filter(line -> line.startsWith("RssAnon:")).mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", ""))).findFirst().orElse(0);
    }

    @Test
    void nothingGrows() throws Exception {
        long connector = machine.connector();
        long parent = machine.parentOf("bob");
        Load load = Load.start(machine, PER_SECOND, "alice", "bob");
        List<Map<String, Long>> samples = new ArrayList<>();
        int done = 0;
        try {
            List<Deed> deeds = deeds();
            for (long end = System.nanoTime() + LONG.toNanos(); System.nanoTime() < end; done++) {
                deeds.get(done % deeds.size()).run();
                TimeUnit.MILLISECONDS.sleep(1000);
                samples.add(memory());
            }
        } finally {
            LoadReport report = load.stop();
            System.err.println("soak of " + LONG.toSeconds() + " s with " + done + " faults: " + report);
            report.requireSound(alice, bob);
        }
        assertEquals(connector, machine.connector(), "the connector has lived through it");
        assertEquals(parent, machine.parentOf("bob"), "bob's parent too");
        for (String process : samples.getFirst().keySet()) {
            // the first third warms up
            long before = median(samples.subList(samples.size() / 3, samples.size() * 2 / 3), process);
            long after = median(samples.subList(samples.size() * 2 / 3, samples.size()), process);
            System.err.println("soak: " + process + " has " + before / 1024 + " MB, then " + after / 1024 + " MB");
            assertTrue(after <= before + before * SLACK_PERCENT / 100 + SLACK_KILOBYTES, process + " grows from " + before + " to " + after + " KB");
        }
    }

    private static long median(List<Map<String, Long>> samples, String process) {
        return samples.stream().map(sample -> sample.get(process)).sorted().skip(samples.size() / 2).findFirst().orElseThrow();
    }
}
