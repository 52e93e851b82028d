package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Clients that take or send a byte now and then: they cost their virtual host room in its spool, and no interpreter and
 * no neighbor anything. The long form is {@code bench/survival}.
 */
@Timeout(value = 1, unit = TimeUnit.HOURS)
final class SlowClientsTest {
    private static final int CLIENTS = Integer.getInteger("warren.load.slowClients", 150);
    private static final int BOB_PER_SECOND = 20;
    private static final Duration WATCH = Duration.ofSeconds(4);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** What a neighbor's latency may grow by where the machine has other things to do; the long form says 200. */
    private static final long SLACK_MILLIS = Integer.getInteger("warren.load.slackMillis", 1000);

    private static Machine machine;
    private static EchoSite bob;

    @BeforeAll
    static void start() throws Exception {
        machine = new Machine();
        // a slow client has a worker of httpd's
        machine.setWorkers(2 * CLIENTS + 300);
        // or the kernel takes some megabytes for each client
        machine.addConfiguration("SendBufferSize 65536");
        String most = "WarrenInFlightMax " + (2 * CLIENTS + 50);
        machine.addOwner("alice", Machine.ALICE, "PerlInterpMax 2", "WarrenQueueLength 5000", "WarrenQueueTimeout 2min", most);
        machine.addOwner("bob", Machine.BOB);
        machine.addOwner("carol", Machine.CAROL, "WarrenWriteTimeout 2s", "WarrenSpoolMax 1M");
        bob = EchoSite.at(machine, "bob", Machine.BOB);
        machine.write("alice", Machine.ALICE, "htdocs/perl/page.pl", """
            print "Content-Type: text/plain\\n\\n", 'x' x 1_000_000;
            """, "644");
        machine.write("alice", Machine.ALICE, "htdocs/perl/form.pl", """
            read STDIN, my $form, $ENV{CONTENT_LENGTH}; print "Content-Type: text/plain\\n\\n", length $form;
            """, "644");
        machine.write("alice", Machine.ALICE, "htdocs/perl/events.pl", """
            use Time::HiRes (); $| = 1; print "Content-Type: text/event-stream\\n\\n";
            for (1 .. 5) { printf "data: %.0f\\n\\n", Time::HiRes::time() * 1000; Time::HiRes::sleep(1) }
            """, "644");
        machine.write("carol", Machine.CAROL, "htdocs/perl/endless.pl", """
            print "Content-Type: text/plain\\nX-Pid: $$\\n\\n"; print 'x' x 100_000 while 1;
            """, "644");
        machine.start();
    }

    @AfterAll
    static void stop() throws Exception {
        machine.close();
    }

    /** They come a second time, for a connector that has just been started compiles its code while they come the first. */
    @Test
    void slowReadersAndUploadersHoldNoInterpreterAndBobDoesNotNotice() throws Exception {
        LoadReport before = visitBobFor(WATCH);
        letSlowClientsCome("compiling", before);
        for (LoadReport report : letSlowClientsCome("compiled", before)) {
            assertTrue(report.millisOf(0.95, "bob") < before.millisOf(0.95, "bob") + SLACK_MILLIS, report::toString);
        }
    }

    /** What bob's visitors saw while they came, and while they were there. */
    private static List<LoadReport> letSlowClientsCome(String state, LoadReport before) throws Exception {
        LoadReport arriving;
        LoadReport meanwhile;
        try (SlowHttp readers = SlowHttp.readers(machine.base().resolve(state + "-readers.out"), CLIENTS, machine.url() + "/perl/page.pl");
                SlowHttp uploaders = SlowHttp.uploaders(machine.base().resolve(state + "-uploaders.out"), CLIENTS,
                    machine.url() + "/perl/form.pl")) {
            Load load = Load.start(machine, BOB_PER_SECOND, "bob");
            machine.awaitPool("alice", "all slow clients in flight, and no interpreter busy", PATIENCE, SlowClientsTest::onlyClientsAreSlow);
            arriving = load.stop();
            JsonNode alice = machine.pool("alice");
            assertTrue(alice.path("spooledBytes").asLong() > CLIENTS * 100_000L, alice::toString);
            assertEquals(200, machine.http().get("alice.localhost", "/perl/who.pl").status(), "a quick visitor of alice's");
            meanwhile = visitBobFor(WATCH);
            assertTrue(onlyClientsAreSlow(machine.pool("alice")), () -> "still so: " + alice);
            System.err.println(CLIENTS + " slow readers and as many uploaders, " + state + ": " + alice.path("spooledBytes")
                + " bytes spooled; bob's 95 and 99 % within " + shown(before) + " ms before, " + shown(arriving) + " ms while they came, "
                + shown(meanwhile) + " ms then; " + arriving + "; " + meanwhile);
        }
        machine.awaitPool("alice", "all room given back", PATIENCE,
            alice -> alice.path("spooledBytes").asLong() == 0 && alice.path("inFlight").asInt() == 0);
        for (LoadReport report : List.of(arriving, meanwhile)) {
            report.requireNoFailure();
            report.requireSound(bob);
        }
        return List.of(arriving, meanwhile);
    }

    private static String shown(LoadReport report) {
        return report.millisOf(0.95, "bob") + " and " + report.millisOf(0.99, "bob");
    }

    private static LoadReport visitBobFor(Duration time) throws Exception {
        Load load = Load.start(machine, BOB_PER_SECOND, "bob");
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
        return load.stop();
    }

    /** slowhttptest has a connection of its own beside, by which it sees whether the server still answers. */
    private static boolean onlyClientsAreSlow(JsonNode alice) {
        return alice.path("inFlight").asInt() >= 2 * CLIENTS && alice.path("busy").asInt() == 0 && alice.path("waiting").asInt() == 0;
    }

    @Test
    void serverSentEventsArriveOneByOne() throws Exception {
        List<Long> sent = new ArrayList<>();
        List<Long> arrived = new ArrayList<>();
        try (Wire wire = new Wire(machine.port(), PATIENCE)) {
            wire.send("GET /perl/events.pl HTTP/1.1\r\nHost: alice.localhost\r\n\r\n");
            wire.body(wire.head(), (bytes, count) -> {
                arrived.add(System.currentTimeMillis());
                sent.add(Long.parseLong(new String(bytes, 0, count).replaceAll("\\D", "")));
            });
        }
        assertEquals(5, arrived.size(), () -> "each in a chunk of its own: " + sent);
        for (int i = 1; i < sent.size(); i++) {
            assertTrue(arrived.get(i - 1) < sent.get(i), () -> "sent " + sent + ", arrived " + arrived);
        }
    }

    @Test
    void aClientThatTakesNothingIsCutAndTheInterpreterReplaced() throws Exception {
        try (Wire wire = new Wire(machine.port(), PATIENCE)) {
            wire.send("GET /perl/endless.pl HTTP/1.1\r\nHost: carol.localhost\r\n\r\n");
            Wire.Head head = wire.head();
            int pid = Integer.parseInt(head.header("X-Pid").orElseThrow());
            Await.until("its interpreter's end", Duration.ofSeconds(30),
                () -> Processes.onHost(Machine.CAROL, Integer.toString(pid)).isEmpty());
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            assertThrows(IOException.class, () -> wire.body(head, (bytes, count) -> body.write(bytes, 0, count)),
                "it looks complete");
        }
        assertEquals(200, machine.http().get("carol.localhost", "/perl/who.pl").status());
        machine.awaitPool("carol", "all room given back", Duration.ofSeconds(10), carol -> carol.path("spooledBytes").asLong() == 0);
    }
}
