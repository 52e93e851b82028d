package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
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

/** What an owner puts into his directory is served, while visitors come, without root and without httpd; what is bad changes nothing. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class DropInTest {
    /** Two seconds are promised, on a machine that does nothing else. */
    private static final Duration SOON = Duration.ofSeconds(10);
    private static Machine machine;

    @BeforeAll
    static void start() throws Exception {
        machine = new Machine();
        add("alice", Machine.ALICE, "WarrenHealthCheck /apps/first 200", "WarrenPluginDirectory @base@/sites/alice/plugins",
            "PerlSetVar MaintenanceFile @base@/sites/alice/maintenance.html");
        add("bob", Machine.BOB);
        put("alice", Machine.ALICE, "plugins/Maintenance.pm", Files.readString(Path.of("../../plugins/perl/src/main/examples/plugins/Maintenance.pm")));
        put("alice", Machine.ALICE, "apps/first.psgi", says("first 1"));
        put("bob", Machine.BOB, "apps/first.psgi", says("bob"));
        machine.start();
        assertEquals("first 1", body("alice", "/apps/first"));
        assertEquals("bob", body("bob", "/apps/first"));
    }

    private static void add(String owner, int uid, String... more) throws Exception {
        machine.makeSite(owner, uid);
        Command.run("install", "-d", "-o", "" + uid, "-g", "" + uid, machine.site(owner) + "/apps", machine.site(owner) + "/plugins").orFail();
        machine.addConfiguration(machine.virtualHost(owner, uid, "WarrenAppDirectory @base@/sites/" + owner + "/apps /apps\n        "
            + String.join("\n        ", more)).replace("Use WarrenLocation ", "Use WarrenLocation " + owner + ".localhost /apps\n    Use WarrenLocation "));
    }

    @AfterAll
    static void stop() throws Exception {
        machine.close();
    }

    private static String says(String what) {
        return "use strict; sub { [200, ['Content-Type' => 'text/plain'], ['" + what + "']] };\n";
    }

    /** As a careful owner does: written beside it, then renamed. */
    private static void put(String owner, int uid, String name, String text) throws Exception {
        Path written = machine.write(owner, uid, name + ".new", text, "644");
        Files.move(written, machine.site(owner).resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private static Reply get(String owner, String path) throws Exception {
        return machine.http().get(owner + ".localhost", path);
    }

    private static String body(String owner, String path) throws Exception {
        Reply reply = get(owner, path);
        assertEquals(200, reply.status(), reply::body);
        return reply.body();
    }

    private static void becomes(String what, String path, String body) throws Exception {
        long began = System.nanoTime();
        Await.until(what, SOON, () -> get("alice", path).body().equals(body));
        System.err.println(what + ": live after " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began) + " ms");
    }

    @Test
    @Order(1)
    void addedChangedAndRemovedIsLiveWhileVisitorsNoticeNothing() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Integer> visitors = CompletableFuture.supplyAsync(() -> failed(over));
        put("alice", Machine.ALICE, "apps/shop/app.psgi", says("shop 1"));
        becomes("an application added", "/apps/shop/basket", "shop 1");
        put("alice", Machine.ALICE, "apps/shop/app.psgi", says("shop 2"));
        becomes("an application changed", "/apps/shop", "shop 2");
        put("alice", Machine.ALICE, "apps/report.pl", "print \"Content-Type: text/plain\\n\\nreport $ENV{PATH_INFO}\";\n");
        becomes("a script added", "/apps/report/today", "report /today");
        Files.delete(machine.site("alice").resolve("apps/report.pl"));
        Await.until("its end", SOON, () -> get("alice", "/apps/report").status() == 404);
        over.set(true);
        assertEquals(0, visitors.get(1, TimeUnit.MINUTES));
        assertEquals(0, machine.warren("attest").exitStatus());
    }

    private static int failed(AtomicBoolean over) {
        int failed = 0;
        while (!over.get()) {
            try {
                failed += get("alice", "/apps/first").body().startsWith("first ") ? 0 : 1;
            } catch (Exception e) {
                failed++;
            }
        }
        return failed;
    }

    @Test
    @Order(2)
    void aFileThatIsStillBeingCopiedIsNotPickedUp() throws Exception {
        Path file = machine.site("alice").resolve("apps/shop/app.psgi");
        String text = says("shop 3");
        // a good program at each moment but the last pieces, and never the old one
        try (var out = Files.newOutputStream(file, StandardOpenOption.TRUNCATE_EXISTING)) {
            for (String piece : new String[] {says("half") + "\n", "# ".repeat(2000), "\n", "# ".repeat(2000), "\n", text.substring(0, 20), text.substring(20)}) {
                out.write(piece.getBytes());
                out.flush();
                long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(200);
                while (System.nanoTime() < until) {
                    assertEquals("shop 2", body("alice", "/apps/shop"));
                }
            }
        }
        becomes("a file copied slowly", "/apps/shop", "shop 3");
    }

    @Test
    @Order(3)
    void whatDoesNotCompileOrLoadChangesNothingAndTheOwnerReadsWhy() throws Exception {
        put("alice", Machine.ALICE, "apps/shop/app.psgi", "use strict;\nmy $x = ;\n");
        Await.until("why", SOON, () -> machine.ownersLog("alice").contains("not reloaded, what ran goes on: "));
        String log = machine.ownersLog("alice");
        assertTrue(log.contains("syntax error at " + machine.site("alice") + "/apps/shop/app.psgi line 2"), log);
        assertEquals("shop 3", body("alice", "/apps/shop"));
        put("alice", Machine.ALICE, "apps/shop/app.psgi", says("shop 4"));
        becomes("the next change, which is good", "/apps/shop", "shop 4");
    }

    @Test
    @Order(4)
    void whatFailsItsHealthCheckChangesNothing() throws Exception {
        put("alice", Machine.ALICE, "apps/first.psgi", "sub { [500, ['Content-Type' => 'text/plain'], ['broken']] };\n");
        Await.until("why", SOON, () -> machine.ownersLog("alice").contains("fails its health check: GET /apps/first gave 500, expected 200"));
        assertEquals("first 1", body("alice", "/apps/first"));
        put("alice", Machine.ALICE, "apps/first.psgi", says("first 2"));
        becomes("what passes it", "/apps/first", "first 2");
    }

    /** As people know it from Passenger. */
    @Test
    @Order(5)
    void touchingRestartTxtReloadsAnApplicationOfTheConfiguration() throws Exception {
        String before = body("alice", "/app/");
        put("alice", Machine.ALICE, "app/app.psgi", says("app 2"));
        assertTrue(before.startsWith("app of uid") && body("alice", "/app/").startsWith("app of uid"), before);
        machine.write("alice", Machine.ALICE, "app/tmp/restart.txt", "", "644");
        becomes("restart.txt", "/app/", "app 2");
    }

    @Test
    @Order(6)
    void anOwnersPluginHooksIntoHisOwnInterpreters() throws Exception {
        machine.write("alice", Machine.ALICE, "maintenance.html", "back soon", "644");
        Reply page = get("alice", "/apps/shop");
        assertEquals("503 back soon", page.status() + " " + page.body());
        assertEquals(503, get("alice", "/perl/who.pl").status());
        assertEquals("bob", body("bob", "/apps/first"), "it is alice's alone");
        Files.delete(machine.site("alice").resolve("maintenance.html"));
        assertEquals("shop 4", body("alice", "/apps/shop"));
    }

    /** His neighbor's files change all the time. */
    @Test
    @Order(7)
    void noFloodOfChangesDelaysANeighbor() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Void> flood = CompletableFuture.runAsync(() -> {
            for (int i = 0; !over.get(); i++) {
                try {
                    put("bob", Machine.BOB, "apps/first.psgi", says("bob " + i));
                    body("bob", "/apps/first");
                    TimeUnit.MILLISECONDS.sleep(20);
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }
        });
        try {
            for (int i = 5; i < 8; i++) {
                put("alice", Machine.ALICE, "apps/shop/app.psgi", says("shop " + i));
                becomes("alice's change beside bob's flood", "/apps/shop", "shop " + i);
            }
        } finally {
            over.set(true);
        }
        flood.get(1, TimeUnit.MINUTES);
        assertTrue(machine.pool("bob").path("launches").asInt() <= 14, () -> "" + pool("bob"));
        assertFalse(machine.ownersLog("bob").contains("died"), machine.ownersLog("bob"));
    }

    private static String pool(String owner) {
        try {
            return machine.pool(owner).toString();
        } catch (IOException e) {
            return e.toString();
        }
    }
}
