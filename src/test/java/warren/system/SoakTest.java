package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    private static final Duration WARM_UP = Duration.ofSeconds(15);
    private static final int PER_SECOND = Integer.getInteger("warren.load.soakPerSecond", 60);
    /** What may come on top, in percent: JVMs and their heaps still warm up in a short form. */
    private static final int SLACK_PERCENT = Integer.getInteger("warren.load.soakSlackPercent", 30);
    private static final long SLACK_KILOBYTES = 4096;
    /** Threads and descriptors that may come on top: of requests that are under way. */
    private static final long SLACK_COUNT = 10;
    private static final String FOR_REQUESTS = " for requests";
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
            this::killParent,
            () -> machine.http().get("alice.localhost", "/perl/eat.pl"),
            () -> machine.reloadHttpd());
    }

    /** What is gone already needs not be killed. */
    private static void killOneOf(List<Integer> processes) throws Exception {
        if (!processes.isEmpty()) {
            Command.run("kill", "-KILL", processes.getFirst().toString());
        }
    }

    private void killParent() throws Exception {
        List<Integer> interpreters = machine.interpretersOf("alice");
        if (!interpreters.isEmpty()) {
            killOneOf(ProcessHandle.of(interpreters.getLast()).flatMap(ProcessHandle::parent).map(parent -> List.of((int) parent.pid())).orElse(List.of()));
        }
    }

    private void uploadHalf() throws IOException {
        try (Wire wire = new Wire(machine.port(), Duration.ofSeconds(10))) {
            wire.send("POST /app/ HTTP/1.1\r\nHost: bob.localhost\r\nX-Id: " + Load.nextId() + "\r\nContent-Length: 1000000\r\n\r\n" + "x".repeat(300_000));
        }
    }

    /** What each has, of those that live through it all: its own memory in KB, its threads, those for requests apart, and its descriptors. */
    private static Map<String, Long> taken(Map<String, Long> pids) throws Exception {
        Map<String, Long> taken = new TreeMap<>();
        Set<String> connections = Processes.httpdConnections();
        for (Map.Entry<String, Long> process : pids.entrySet()) {
            List<String> status = Files.readAllLines(Path.of("/proc/" + process.getValue() + "/status"), StandardCharsets.ISO_8859_1);
            taken.put(process.getKey() + "'s KB", field("RssAnon", status));
            long forRequests = threadsForRequests(process.getValue());
            taken.put(process.getKey() + "'s threads", field("Threads", status) - forRequests);
            taken.put(process.getKey() + "'s threads" + FOR_REQUESTS, forRequests);
            Collection<String> descriptors = Processes.descriptors(process.getValue()).values();
            long ofHttpd = descriptors.stream().filter(connections::contains).count();
            taken.put(process.getKey() + "'s descriptors", descriptors.size() - ofHttpd);
            taken.put(process.getKey() + "'s descriptors" + FOR_REQUESTS, ofHttpd);
        }
        return taken;
    }

    /** Tomcat's. They stay for a minute after their last request. */
    private static long threadsForRequests(long pid) throws IOException {
        long count = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
            for (Path thread : threads) {
                try {
                    count += Files.readString(thread.resolve("comm"), StandardCharsets.ISO_8859_1).startsWith("ajp-") ? 1 : 0;
                } catch (NoSuchFileException e) {
                    // has ended
                }
            }
        }
        return count;
    }

    private static long field(String name, List<String> status) {
        return status.stream().filter(line -> line.startsWith(name + ":")).mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
            .findFirst().orElseThrow();
    }

    /** A connector's heap grows from 32 MB in its first seconds, and its code is compiled. */
    private void warmUp() throws Exception {
        Load load = Load.start(machine, 3 * PER_SECOND, "alice", "bob");
        TimeUnit.NANOSECONDS.sleep(WARM_UP.toNanos());
        load.stop().requireNoFailure();
    }

    @Test
    void nothingGrows() throws Exception {
        Map<String, Long> pids = Map.of("launcher", machine.launcher().pid(), "connector", machine.connector(), "bob's parent", machine.parentOf("bob"));
        warmUp();
        Load load = Load.start(machine, PER_SECOND, "alice", "bob");
        List<Map<String, Long>> samples = new ArrayList<>();
        LoadReport report;
        try {
            List<Deed> deeds = deeds();
            for (long end = System.nanoTime() + LONG.toNanos(); System.nanoTime() < end;) {
                deeds.get(samples.size() % deeds.size()).run();
                TimeUnit.MILLISECONDS.sleep(1000);
                // fails where one of them has not lived through it
                samples.add(taken(pids));
            }
        } finally {
            report = load.stop();
            System.err.println("soak of " + LONG.toSeconds() + " s with " + samples.size() + " faults: " + report);
        }
        report.requireSound(alice, bob);
        int third = samples.size() / 3;
        for (String what : samples.getFirst().keySet()) {
            // the first third warms up. The least: what is collected, or in use for a moment, is nobody's growth
            long before = least(samples.subList(third, 2 * third), what);
            long after = least(samples.subList(2 * third, samples.size()), what);
            System.err.println("soak: " + what + " " + before + ", then " + after);
            // a short form's last third may have the first moment in which many requests wait at once
            long most = what.endsWith(FOR_REQUESTS) ? Math.max(before, report.mostAtOnce()) : before;
            long slack = what.endsWith("KB") ? before * SLACK_PERCENT / 100 + SLACK_KILOBYTES : SLACK_COUNT;
            assertTrue(after <= most + slack, what + " grow from " + before + " to " + after + ", with " + report.mostAtOnce() + " requests at once");
        }
    }

    private static long least(List<Map<String, Long>> samples, String what) {
        return samples.stream().mapToLong(sample -> sample.get(what)).min().orElseThrow();
    }
}
