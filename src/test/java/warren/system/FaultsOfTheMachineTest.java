package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of visitors when the machine has no disk space, inodes or descriptors left. Each is a row of docs/faults.md. */
final class FaultsOfTheMachineTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final byte[] LARGE = new byte[1_000_000];
    private static final byte[] SMALL = new byte[1000];
    private static Machine machine;

    @BeforeAll
    static void start() throws Exception {
        machine = Machine.onDisk("size=150m,nr_inodes=3000");
        machine.addOwner("alice", Machine.ALICE, "PerlInterpMax 8", "PerlInterpMaxSpare 8");
        for (String fresh : List.of("bob", "carol", "dave", "erin")) {
            machine.addOwner(fresh, Machine.BOB);
        }
        machine.write("alice", Machine.ALICE, "htdocs/perl/say.pl", """
            print STDERR "said $ENV{QUERY_STRING}\\n", ('.' x 1000 . "\\n") x 8; 1 while read STDIN, my $piece, 65536;
            print "Content-Type: text/plain\\n\\nlength $ENV{CONTENT_LENGTH}";
            """, "644");
        machine.start();
    }

    @AfterAll
    static void stop() throws Exception {
        machine.close();
    }

    @BeforeEach
    void isWell() throws Exception {
        assertTrue(isServed("alice"));
    }

    private static boolean isServed(String owner) throws IOException {
        return machine.http().get(owner + ".localhost", "/perl/who.pl").status() == 200;
    }

    private static int posted(byte[] body, String said) throws IOException {
        return machine.http().post("alice.localhost", "/perl/say.pl?" + said, body).status();
    }

    @Test
    void aFullDiskCostsLogLinesAndLargeBodiesAndNothingElse() throws Exception {
        Path fill = machine.base().resolve("fill");
        long parent = machine.parentOf("alice");
        fill(fill);
        try {
            assertEquals(503, posted(LARGE, "nothing"));
            assertTrue(isServed("bob"), "a launch");
            Processes.kill(machine.connector());
            Reply next = machine.http().get("alice.localhost", "/perl/who.pl");
            assertEquals(200, next.status(), next::toString);
            fill(fill);
            assertEquals(200, posted(SMALL, "unheard"));
            Await.until("lines that are lost, and counted", SOON,
                () -> machine.pool("alice").path("log").path("linesUnwritten").asInt() > 0);
        } finally {
            Files.delete(fill);
        }
        Path bobsNote = machine.base().resolve("run/notes/generations/bob.localhost.1");
        Healing.after("disk full", () -> posted(LARGE, "heard") == 200 && machine.ownersLog("alice").contains("said heard")
            && Files.exists(bobsNote));
        assertTrue(machine.ownersLog("alice").contains("could not be written"), machine.ownersLog("alice"));
        assertEquals(parent, machine.parentOf("alice"));
    }

    /** To the last page, also what an end has left. */
    private static void fill(Path file) throws Exception {
        Command.run("dd", "if=/dev/zero", "of=" + file, "bs=4k", "oflag=append", "conv=notrunc");
    }

    @Test
    void aDiskWithoutInodesFailsLaunchesAlone() throws Exception {
        Path fill = Files.createDirectory(machine.base().resolve("fill"));
        Command.run("sh", "-c", "i=0; while : 2>/dev/null >" + fill + "/$i; do i=$((i+1)); done");
        try {
            assertTrue(isServed("alice"));
            // visitors who ask all the time, of more than one virtual host, do not make it longer: the next launch is a second away
            for (int i = 0; i < 50; i++) {
                Reply refused = machine.http().get((i % 2 == 0 ? "carol" : "dave") + ".localhost", "/perl/who.pl");
                assertEquals(503, refused.status());
                String again = refused.header("Retry-After").orElseThrow();
                // five where the launch has failed that this visitor waited for
                assertTrue(Set.of("1", "5").contains(again), () -> "Retry-After: " + again);
                TimeUnit.MILLISECONDS.sleep(100);
            }
        } finally {
            Command.run("rm", "-rf", fill.toString()).orFail();
        }
        Healing.after("no inodes", () -> isServed("carol"));
    }

    @Test
    void aConnectorWithoutDescriptorsRefusesAndKeepsWhatRuns() throws Exception {
        long connector = machine.connector();
        long parent = machine.parentOf("alice");
        String before = prlimit(connector, "--nofile", "--noheadings", "--output", "SOFT");
        prlimit(connector, "--nofile=" + (highestDescriptor(connector) + 1) + ":");
        List<Reply> replies;
        try {
            replies = AtOnce.ended(AtOnce.run(6, i -> () -> machine.http().get("alice.localhost", "/perl/who.pl")));
        } finally {
            prlimit(connector, "--nofile=" + before + ":");
        }
        Healing.after("no descriptors in the connector", () -> AtOnce.ended(AtOnce.run(8, i -> () -> isServed("alice"))).stream().allMatch(good -> good));
        assertTrue(replies.stream().allMatch(reply -> reply.status() == 200 || reply.status() == 503), replies::toString);
        assertTrue(Files.readString(machine.base().resolve("log/connector/connector.log")).contains("Too many open files"));
        assertEquals(connector, machine.connector());
        assertEquals(parent, machine.parentOf("alice"));
    }

    private static long highestDescriptor(long pid) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return all.mapToLong(path -> Long.parseLong(path.getFileName().toString())).max().orElseThrow();
        }
    }

    /** As the connector's user, who needs no capability for it. */
    private static String prlimit(long pid, String... what) throws Exception {
        String user = Integer.toString(Machine.CONNECTOR);
        List<String> words = new ArrayList<>(List.of("setpriv", "--reuid", user, "--regid", user, "--clear-groups", "prlimit",
            "--pid", Long.toString(pid)));
        words.addAll(List.of(what));
        return Command.run(words).orFail().strip();
    }
}
