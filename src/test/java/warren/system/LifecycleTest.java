package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an administrator does: test a configuration, start, add, reload, stop. */
final class LifecycleTest {
    private Machine machine;

    @BeforeEach
    void layOut() throws Exception {
        machine = new Machine();
    }

    @AfterEach
    void stop() throws Exception {
        machine.close();
    }

    private Reply get(String owner, String path) throws Exception {
        return machine.http().get(owner + ".localhost", path);
    }

    @Test
    void configtestNamesFileLineAndWhatWasExpected() throws Exception {
        machine.addOwner("alice", Machine.ALICE, "PerlInterpMax many");
        Command tested = machine.warren("configtest", "-f", machine.writeConfiguration().toString());
        assertEquals(1, tested.exitStatus());
        assertTrue(tested.output().lines().anyMatch(line ->
            line.matches(".*/httpd\\.conf:[0-9]+: .*PerlInterpMax.*many.*, expected .*")), tested.output());
    }

    @Test
    void aBadVirtualHostIsQuarantinedAndTheRestServe() throws Exception {
        machine.addOwner("alice", Machine.ALICE);
        machine.makeSite("bob", Machine.BOB);
        machine.addConfiguration(machine.virtualHost("bob", Machine.BOB).replace("#60102 #60102", "root root"));
        machine.start();
        assertEquals(200, get("alice", "/perl/who.pl").status());
        Reply refused = get("bob", "/perl/who.pl");
        assertEquals(503, refused.status());
        assertTrue(refused.header("Retry-After").isPresent());
        assertTrue(machine.warren("status").output().contains("does not serve: "), machine.warren("status").output());
    }

    @Test
    void aVirtualHostIsAddedByReloadAndGraceful() throws Exception {
        machine.addOwner("alice", Machine.ALICE);
        machine.start();
        machine.addOwner("carol", Machine.CAROL);
        machine.writeConfiguration();
        machine.warren("reload").orFail();
        machine.reloadHttpd();
        Await.until("carol's answer", Duration.ofSeconds(20),
            () -> get("carol", "/perl/who.pl").body().startsWith("uid=60103 "));
    }

    @Test
    void reloadReplacesTheGenerationWithoutLosingARequest() throws Exception {
        machine.addOwner("alice", Machine.ALICE);
        machine.start();
        String before = get("alice", "/app/").body();
        CompletableFuture<Integer> lost = countLostDuring(() -> machine.warren("reload", "alice.localhost").orFail());
        assertEquals(0, lost.join());
        assertEquals(before, get("alice", "/app/").body());
        assertEquals(2, machine.pool("alice").path("generations").path(0).path("number").asInt());
        assertEquals(1, machine.warren("reload", "nobody.localhost").exitStatus());
        Command two = machine.warren("reload", "alice.localhost", "nobody.localhost");
        assertEquals(1, two.exitStatus());
        Await.until("the good one's reload", Duration.ofSeconds(20), () -> machine.pool("alice").path("generations").path(0).path("number").asInt() == 3);
    }

    private interface Action {
        void run() throws Exception;
    }

    private CompletableFuture<Integer> countLostDuring(Action action) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        CompletableFuture<Integer> lost = CompletableFuture.supplyAsync(() -> {
            int count = 0;
            while (!done.isDone()) {
                try {
                    count += get("alice", "/app/").status() == 200 ? 0 : 1;
                } catch (Exception e) {
                    count++;
                }
            }
            return count;
        });
        action.run();
        done.complete(null);
        return lost;
    }

    @Test
    void codeThatDoesNotLoadChangesNothing() throws Exception {
        machine.addOwner("alice", Machine.ALICE);
        machine.start();
        String before = get("alice", "/app/").body();
        machine.write("alice", Machine.ALICE, "app/app.psgi", "this is not Perl at all {", "644");
        Command reload = machine.warren("reload", "alice.localhost");
        assertEquals(1, reload.exitStatus());
        assertTrue(reload.output().contains("what ran goes on"), reload.output());
        assertEquals(before, get("alice", "/app/").body());
        Await.until("the owner's log", Duration.ofSeconds(10),
            () -> machine.ownersLog("alice").contains("app.psgi line 1"));
    }

    @Test
    void codeThatNeverLoadsAnswers503AndTheOwnerReadsWhy() throws Exception {
        machine.addOwner("alice", Machine.ALICE);
        machine.write("alice", Machine.ALICE, "app/app.psgi", "die 'out of coffee';", "644");
        machine.start();
        Reply reply = get("alice", "/app/");
        assertEquals(503, reply.status());
        assertFalse(reply.body().contains("coffee"), reply.body());
        Await.until("the owner's log", Duration.ofSeconds(10), () -> machine.ownersLog("alice").contains("out of coffee"));
    }

    @Test
    void aPluginThatIsNotThereRefusesTheLaunch() throws Exception {
        machine.addOwner("alice", Machine.ALICE, "WarrenPlugin fortress");
        machine.addOwner("bob", Machine.BOB);
        machine.start();
        assertEquals(503, get("alice", "/perl/who.pl").status());
        assertTrue(machine.ownersLog("alice").contains("\"fortress\" is asked for and not installed"),
            machine.ownersLog("alice"));
        assertEquals(200, get("bob", "/perl/who.pl").status());
    }

    @Test
    void sigtermLetsARunningRequestFinish() throws Exception {
        machine.addOwner("alice", Machine.ALICE);
        machine.write("alice", Machine.ALICE, "htdocs/perl/slow.pl", """
            open my $mark, '>', '%s/started'; close $mark; select undef, undef, undef, 2;
            print "Content-Type: text/plain\\n\\nfinished";
            """.formatted(machine.site("alice").resolve("htdocs")), "644");
        Command.run("chown", "60101:60101", machine.site("alice").resolve("htdocs").toString()).orFail();
        machine.start();
        CompletableFuture<Reply> reply = CompletableFuture.supplyAsync(() -> {
            try {
                return get("alice", "/perl/slow.pl");
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        Await.until("the script's start", Duration.ofSeconds(20),
            () -> Files.exists(machine.site("alice").resolve("htdocs/started")));
        machine.launcher().destroy();
        assertEquals("finished", reply.join().body());
        assertEquals(0, machine.launcher().waitFor());
    }

    @Test
    void stopReturnsWhenEverythingHasGone() throws Exception {
        machine.addOwner("alice", Machine.ALICE);
        machine.start();
        get("alice", "/perl/who.pl");
        machine.warren("stop").orFail();
        assertEquals(0, machine.launcher().waitFor());
        assertTrue(Processes.of(Machine.ALICE).isEmpty());
        assertTrue(Processes.of(Machine.CONNECTOR).isEmpty());
    }

    @Test
    void aServiceManagerIsToldWhenItIsReady() throws Exception {
        machine.addOwner("alice", Machine.ALICE);
        Path socket = machine.base().resolve("notify");
        Path heard = machine.base().resolve("heard");
        Process manager = new ProcessBuilder("perl", "-MIO::Socket::UNIX", "-MSocket", "-e", """
            my $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $ARGV[0]) or die $!; $| = 1;
            while (defined $s->recv(my $state, 100)) { print "$state\\n" }
            """, socket.toString()).redirectOutput(heard.toFile()).start();
        try {
            Await.until("the socket", Duration.ofSeconds(10), () -> Files.exists(socket));
            machine.setEnvironment("NOTIFY_SOCKET", socket.toString());
            machine.start();
            Await.until("READY=1", Duration.ofSeconds(10),
                () -> Files.readString(heard).contains("READY=1\n"));
            machine.warren("stop").orFail();
            Await.until("STOPPING=1", Duration.ofSeconds(10),
                () -> Files.readString(heard).contains("STOPPING=1\n"));
        } finally {
            manager.destroy();
            manager.waitFor();
        }
    }
}
