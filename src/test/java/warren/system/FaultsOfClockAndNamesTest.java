package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The clock is moved by a day, and the name service hangs, for the processes of Warren alone: they have a mount namespace
 * with an /etc of their own. Each is a row of docs/faults.md.
 */
final class FaultsOfClockAndNamesTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final long DAY_SECONDS = 86_400;
    private static final String SOURCE =
        System.getProperty("warren.checkout") + "/src/test/resources/warren/system/clock.c";
    private static Machine machine;

    @BeforeAll
    static void start() throws Exception {
        machine = new Machine();
        machine.addOwner("alice", Machine.ALICE);
        machine.addOwner("bob", Machine.BOB, "WarrenFirstByteTimeout 5s", "WarrenJail off");
        for (String fresh : new String[] {"carol", "dave", "erin", "frank", "grace"}) {
            machine.addOwner(fresh, Machine.CAROL);
        }
        machine.write("bob", Machine.BOB, "htdocs/perl/hold.pl", """
            open my $mark, '>', '%s' or die $!; close $mark; select undef, undef, undef, 1;
            print "Content-Type: text/plain\\n\\n", time;
            """.formatted(mark()), "644");
        machine.write("bob", Machine.BOB, "marks/none", "", "644");
        Path base = machine.base();
        setClock(0);
        Command.run("cc", "-O1", "-shared", "-fPIC", "-DOFFSET=\"" + base.resolve("offset") + "\"", "-o",
            base.resolve("clock.so").toString(), SOURCE).orFail();
        Command.run("cp", "-a", "/etc", base.resolve("etc").toString()).orFail();
        Files.writeString(base.resolve("etc/ld.so.preload"), base.resolve("clock.so") + "\n");
        Files.writeString(base.resolve("etc/nsswitch.conf"), "passwd: files systemd\ngroup: files systemd\n");
        Files.writeString(base.resolve("etc/passwd"), "warren:x:%1$d:%1$d::/:/bin/false\n".formatted(Machine.CONNECTOR),
            StandardOpenOption.APPEND);
        Files.createDirectories(base.resolve("systemd/userdb"));
        machine.startBy("unshare", "--mount", "--propagation", "private", "sh", "-c", """
            mkdir -p /run/systemd && mount --bind %1$s/etc /etc && mount --bind %1$s/systemd /run/systemd && exec "$@"
            """.formatted(base).strip(), "sh");
        machine.start();
        assertTrue(isServed("alice"));
    }

    @AfterAll
    static void stop() throws Exception {
        machine.close();
    }

    private static Path mark() {
        return machine.site("bob").resolve("marks/mark");
    }

    private static boolean isServed(String owner) throws IOException {
        return machine.http().get(owner + ".localhost", "/perl/who.pl").status() == 200;
    }

    /** From now on, for all that Warren runs. */
    private static void setClock(long secondsOff) throws IOException {
        try (FileChannel file = FileChannel.open(machine.base().resolve("offset"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder()).putLong(secondsOff).flip());
        }
    }

    /** A request that is under way when the clock moves. */
    private static void moveTheClockInsideARequest(long secondsOff) throws Exception {
        Files.deleteIfExists(mark());
        CompletableFuture<Reply> held = AtOnce.run(() -> machine.http().get("bob.localhost", "/perl/hold.pl"));
        Await.until("its begin", SOON, () -> Files.exists(mark()));
        setClock(secondsOff);
        assertEquals(200, held.join().status());
        long told = Long.parseLong(held.join().body());
        assertTrue(Math.abs(told - secondsOff - Instant.now().getEpochSecond()) < 1000, "it was moved: " + told);
    }

    private static int generationOfAlice() throws IOException {
        return machine.pool("alice").path("generations").path(0).path("number").asInt();
    }

    @Test
    void aClockThatMovesByADayChangesNothing() throws Exception {
        long parent = machine.parentOf("alice");
        assertTrue(isServed("bob"));
        long bobs = machine.parentOf("bob");
        moveTheClockInsideARequest(DAY_SECONDS);
        Healing.after("clock moved a day ahead", () -> isServed("alice") && isServed("carol"));
        String tomorrow = Instant.now().plus(1, ChronoUnit.DAYS).atOffset(ZoneOffset.UTC).toLocalDate().toString();
        assertTrue(Files.readString(machine.base().resolve("log/launcher.log")).contains(tomorrow), "it was moved");
        moveTheClockInsideARequest(-DAY_SECONDS);
        Healing.after("clock moved two days back", () -> isServed("alice") && isServed("dave"));
        assertEquals(parent, machine.parentOf("alice"));
        assertEquals(bobs, machine.parentOf("bob"));
        setClock(0);
        int before = generationOfAlice();
        machine.warren("reload", "alice.localhost").orFail();
        setClock(-DAY_SECONDS);
        // by the clock the next launcher is older than the one before
        machine.killLauncher();
        machine.startWarren(machine.base().resolve("httpd.conf"));
        machine.warren("reload", "alice.localhost").orFail();
        assertEquals(before + 2, generationOfAlice(), "each reload was noticed");
        Processes.kill(machine.connector());
        Healing.after("connector killed, a day ago", () -> isServed("alice") && isServed("erin"));
    }

    @Test
    void aHangingNameServiceHoldsUpReloadsAlone() throws Exception {
        Path socket = machine.base().resolve("systemd/userdb/test.hang");
        Path heard = machine.base().resolve("heard");
        Process service = new ProcessBuilder("perl", "-MIO::Socket::UNIX", "-e", """
            my $s = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 100) or die $!; $| = 1; my @asked;
            while (my $asked = $s->accept) { push @asked, $asked; print "asked\\n" }
            """, socket.toString()).redirectOutput(heard.toFile()).start();
        CompletableFuture<Command> reload;
        try {
            Await.until("the socket", SOON, () -> Files.exists(socket));
            reload = AtOnce.run(() -> machine.warren("reload", "alice.localhost"));
            Await.until("a question to the name service", SOON, () -> Files.readString(heard).contains("asked"));
            assertTrue(isServed("alice"));
            assertTrue(isServed("frank"), "a launch");
            Processes.kill(machine.connector());
            assertTrue(isServed("alice"), "the next connector");
            assertTrue(isServed("grace"), "a launch");
            machine.warren("status").orFail();
            assertFalse(reload.isDone());
        } finally {
            Files.deleteIfExists(socket);
            service.destroy();
            service.waitFor();
        }
        Healing.after("name service hung", reload::isDone);
        assertEquals(0, reload.join().exitStatus(), reload.join()::output);
    }
}
