package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Generation after generation, each with daemons that its owner leaves behind, and interpreter after interpreter: nothing of those
 * that have ended stays.
 * The long form is {@code bench/survival ResidueTest}.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
final class ResidueTest {
    private static final int RELOADS = Integer.getInteger("warren.load.reloads", 10);
    private static final int INTERPRETERS = Integer.getInteger("warren.load.interpreters", 200);
    private static final int AT_ONCE = 8;
    private static final int WARM_UP = 5;
    private static final int LOOKS = 3;
    /** Equal counts that are rest: about a second. */
    private static final int ENOUGH = 4;
    private static final Duration SOON = Duration.ofSeconds(60);
    private Machine machine;

    @BeforeEach
    void start() throws Exception {
        machine = new Machine();
        machine.addOwner("alice", Machine.ALICE);
        machine.write("alice", Machine.ALICE, "htdocs/perl/daemons.pl", """
            use POSIX; print "Content-Type: text/plain\\n\\n";
            for (1 .. 3) {
                next if fork; POSIX::setsid(); $SIG{TERM} = $SIG{HUP} = 'IGNORE';
                exit if fork; POSIX::close($_) for 0 .. 20; sleep 1000 while 1;
            }
            print 'left';
            """, "644");
        machine.addOwner("bob", Machine.BOB, "PerlInterpMaxRequests 1", "PerlInterpMax " + AT_ONCE, "WarrenQueueLength 100");
        // ends with its request, unwillingly: a session of its own, deaf to TERM, a grandchild, and one in fifty does not end by itself
        machine.write("bob", Machine.BOB, "htdocs/perl/once.pl", """
            use POSIX; use Time::HiRes (); print "Content-Type: text/plain\n\n"; POSIX::setsid(); $SIG{TERM} = $SIG{HUP} = 'IGNORE';
            my $child = fork;
            if (!$child) { POSIX::setsid(); if (!fork) { POSIX::close($_) for 0 .. 20; Time::HiRes::sleep(0.05) } POSIX::_exit(0) }
            waitpid $child, 0; print "once $$";
            if ($ENV{QUERY_STRING} % 50 == 0) { eval 'END { sleep 1000 }' }
            """, "644");
        machine.start();
    }

    @AfterEach
    void stop() throws Exception {
        machine.close();
    }

    /** What there is of what could be left, by name. */
    private Map<String, Integer> counts() throws Exception {
        Map<String, Integer> counts = new TreeMap<>();
        for (int pid : List.of((int) machine.launcher().pid(), machine.connectorStatus().path("pid").asInt())) {
            String whose = pid == machine.launcher().pid() ? "launcher" : "connector";
            counts.put("descriptors of the " + whose, descriptors(pid));
            counts.put("mounts of the " + whose, Files.readAllLines(Path.of("/proc/" + pid + "/mounts")).size());
        }
        counts.put("processes of the owners", Processes.of(Machine.ALICE).size() + Processes.of(Machine.BOB).size());
        for (String line : Files.readAllLines(machine.base().resolve("run/notes/cgroups"))) {
            Path quotas = Path.of(line.replaceFirst("^[A-Z]+ ", "")).resolve("quotas");
            try (Stream<Path> groups = Files.walk(quotas, 2)) {
                counts.put("cgroups in " + quotas, (int) groups.filter(Files::isDirectory).count());
            }
        }
        try (Stream<Path> files = Files.walk(machine.base().resolve("run"))) {
            counts.put("files of the runtime directory", (int) files.count());
        }
        return counts;
    }

    /** Those that stay for a moment, without httpd's connections. */
    private static int descriptors(int pid) throws IOException, InterruptedException {
        Set<String> httpds = Processes.httpdConnections();
        Map<Path, String> stay = Processes.descriptors(pid);
        // a question that is being answered, this test's too, has some of its own
        for (int look = 0; look < LOOKS; look++) {
            TimeUnit.MILLISECONDS.sleep(50);
            stay.entrySet().retainAll(Processes.descriptors(pid).entrySet());
        }
        stay.values().removeAll(httpds);
        return stay.size();
    }

    private void renewWithDaemons() throws Exception {
        assertEquals("left", machine.http().get("alice.localhost", "/perl/daemons.pl").body());
        machine.reload("alice");
    }

    /** Interpreters that end after a request each, several at a time. */
    @Test
    void nothingStaysOfInterpretersThatHaveEnded() throws Exception {
        retire(AT_ONCE * WARM_UP);
        Map<String, Integer> before = settled();
        int retired = retire(INTERPRETERS);
        Map<String, Integer> after = settled();
        requireNoMore(before, after);
        assertEquals(INTERPRETERS, retired, "each was served by another");
        System.err.println(retired + " interpreters ended; before and after: " + after);
    }

    /** So many requests of bob's; how many interpreters served them. */
    private int retire(int requests) throws Exception {
        AtomicInteger next = new AtomicInteger();
        Set<String> served = ConcurrentHashMap.newKeySet();
        AtOnce.ended(AtOnce.run(AT_ONCE, i -> () -> {
            for (int number = next.getAndIncrement(); number < requests; number = next.getAndIncrement()) {
                Reply reply = machine.http().get("bob.localhost", "/perl/once.pl?" + number);
                assertTrue(reply.body().startsWith("once "), () -> reply.status() + " " + reply.body());
                served.add(reply.body());
            }
            return true;
        }));
        return served.size();
    }

    @Test
    void nothingStaysOfGenerationsThatHaveEnded() throws Exception {
        for (int i = 0; i < WARM_UP; i++) {
            renewWithDaemons();
        }
        // a generation and its interpreter, and nothing that still drains
        Map<String, Integer> before = settled();
        for (int i = 0; i < RELOADS; i++) {
            renewWithDaemons();
        }
        Map<String, Integer> after = settled();
        requireNoMore(before, after);
        System.err.println(RELOADS + " generations with three daemons each ended; before and after: " + after);
    }

    private static void requireNoMore(Map<String, Integer> before, Map<String, Integer> after) {
        assertEquals(before.keySet(), after.keySet());
        before.forEach((what, count) -> assertTrue(after.get(what) <= count, () -> what + ": " + count + ", then " + after.get(what)));
    }

    private Map<String, Integer> settled() throws Exception {
        Await.until("one generation", SOON, () -> {
            machine.http().get("alice.localhost", "/perl/who.pl");
            return machine.pool("alice").path("generations").size() == 1 && Processes.of(Machine.ALICE).size() == 2
                && Processes.of(Machine.BOB).size() <= 1;
        });
        // stages that are just starting have descriptors and cgroups of their own
        int same = 0;
        Map<String, Integer> last = counts();
        for (long deadline = System.nanoTime() + SOON.toNanos(); same < ENOUGH;) {
            Map<String, Integer> now = counts();
            same = now.equals(last) ? same + 1 : 0;
            assertTrue(System.nanoTime() < deadline, "the counts do not come to rest: " + last + ", then " + now);
            last = now;
        }
        return last;
    }
}
