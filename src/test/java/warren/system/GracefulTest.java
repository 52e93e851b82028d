package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/**
 * Visitors come all the time, each with a request that can be told from every other and an answer that can be checked: none of
 * them notices that httpd is reloaded, the virtual host, the connector restarted, the launcher. The long form is {@code
 * bench/survival GracefulTest}.
 */
@Timeout(value = 3, unit = TimeUnit.HOURS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class GracefulTest {
    private static final int GRACEFULS = Integer.getInteger("warren.load.gracefuls", 2);
    private static final int RELOADS = Integer.getInteger("warren.load.renewals", 2);
    private static final int RESTARTS = Integer.getInteger("warren.load.restarts", 1);
    private static final int LAUNCHERS = Integer.getInteger("warren.load.launchers", 1);
    private static final int LEAST_REQUESTS = Integer.getInteger("warren.load.requests", 0);
    private static final int PER_SECOND = Integer.getInteger("warren.load.gracefulPerSecond", 100);
    private static Machine machine;
    private static EchoSite alice;
    private static EchoSite bob;

    @BeforeAll
    static void start() throws Exception {
        machine = new Machine();
        machine.setWorkers(600);
        String[] settings = {"PerlInterpMax 8", "PerlInterpMinSpare 3", "PerlInterpMaxSpare 8", "WarrenQueueLength 300"};
        machine.addOwner("alice", Machine.ALICE, settings);
        machine.addOwner("bob", Machine.BOB, settings);
        machine.write("alice", Machine.ALICE, "htdocs/perl/generation.pl", """
            open my $title, '<', '/proc/self/cmdline'; print "Content-Type: text/plain\\n\\n", <$title> =~ / gen ([0-9]+)/;
            """, "644");
        alice = EchoSite.at(machine, "alice", Machine.ALICE);
        bob = EchoSite.at(machine, "bob", Machine.BOB);
        machine.start();
        for (String owner : new String[] {"alice", "bob"}) {
            assertEquals(200, machine.http().get(owner + ".localhost", "/app/").status());
        }
    }

    @AfterAll
    static void stop() throws Exception {
        machine.close();
    }

    private interface Deed {
        void run() throws Exception;
    }

    private static int parts() {
        return GRACEFULS + RELOADS + RESTARTS + LAUNCHERS;
    }

    /**
     * Does it so often, under load, and until this part's share of requests has come: none is lost, wrong or served twice.
     *
     * @param mostSentAgain so many may meet a kept connection that httpd is just closing, as it does when it is reloaded
     */
    private static void unnoticed(String what, int times, int mostSentAgain, Deed deed) throws Exception {
        Load load = Load.start(machine, PER_SECOND, "alice", "bob");
        try {
            for (int done = 0; done < times; done++) {
                deed.run();
            }
            long share = (long) LEAST_REQUESTS * times / parts();
            Await.until("requests enough", Duration.ofHours(2), () -> load.count() >= share);
        } finally {
            LoadReport report = load.stop();
            System.err.println(times + " times " + what + ": " + report + ", alice's 50 % and 99 % and slowest within " + report.millisOf(0.5, "alice")
                + ", " + report.millisOf(0.99, "alice") + " and " + report.millisOf(1, "alice") + " ms");
            report.requireNoFailure();
            report.requireOnce(alice, bob);
            assertTrue(report.sentAgain().size() <= mostSentAgain, report::toString);
        }
    }

    @Test
    @Order(1)
    void reloadsOfHttpd() throws Exception {
        unnoticed("httpd reloaded", GRACEFULS, 20 + 3 * GRACEFULS, () -> {
            machine.reloadHttpd();
            // the next one replaces its processes
            TimeUnit.MILLISECONDS.sleep(500);
        });
    }

    @Test
    @Order(2)
    void reloadsOfTheVirtualHost() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Integer> visitor = CompletableFuture.supplyAsync(() -> newestSeenInOrder(over));
        try {
            unnoticed("a virtual host reloaded", RELOADS, 0, () -> machine.warren("reload", "alice.localhost").orFail());
        } finally {
            over.set(true);
        }
        assertEquals(1 + RELOADS, visitor.get(1, TimeUnit.MINUTES));
    }

    /** One visitor, one request after the other: once new code has answered him, old code never does again. */
    private static int newestSeenInOrder(AtomicBoolean over) {
        int newest = 0;
        try {
            while (!over.get()) {
                int generation = Integer.parseInt(machine.http().get("alice.localhost", "/perl/generation.pl").body());
                if (generation < newest) {
                    throw new AssertionError("generation " + generation + " after " + newest);
                }
                newest = generation;
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        return newest;
    }

    @Test
    @Order(3)
    void restartsOfTheConnector() throws Exception {
        unnoticed("the connector restarted", RESTARTS, 0, () -> {
            int before = machine.connectorStatus().path("pid").asInt();
            String told = machine.warren("restart", "connector").orFail();
            assertTrue(told.contains("serves; pid=" + before + " finishes what it has"), told);
            assertNotEquals(before, machine.connectorStatus().path("pid").asInt());
        });
        assertEquals(1, machine.pool("alice").path("generations").size(), "it serves with what ran");
    }

    @Test
    @Order(4)
    void restartsOfTheLauncher() throws Exception {
        unnoticed("the launcher restarted", LAUNCHERS, 0, () -> {
            machine.killLauncher();
            machine.startWarren(machine.base().resolve("httpd.conf"));
        });
    }

    /** A new connector that does not come to serve changes nothing. */
    @Test
    @Order(5)
    void aConnectorThatCannotServeIsNotMissed() throws Exception {
        int before = machine.connectorStatus().path("pid").asInt();
        Path jar = machine.home().resolve("lib/connector/connector.jar");
        Path away = machine.home().resolve("lib/connector/away");
        Files.move(jar, away);
        try {
            unnoticed("the connector not restarted", 1, 0, () -> {
                Command restart = machine.warren("restart", "connector", "--within", "20");
                assertEquals(1, restart.exitStatus(), restart::output);
                assertTrue(restart.output().contains("did not come to serve"), restart.output());
            });
        } finally {
            Files.move(away, jar);
        }
        assertEquals(before, machine.connectorStatus().path("pid").asInt());
    }
}
