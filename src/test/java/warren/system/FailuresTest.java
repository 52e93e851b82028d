package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a client and an administrator see of each failure, through the real httpd. */
final class FailuresTest {
    private static Machine machine;

    @BeforeAll
    static void start() throws Exception {
        machine = new Machine();
        machine.addOwner("alice", Machine.ALICE, "WarrenRequestTimeout 2s");
        machine.addOwner("bob", Machine.BOB, "PerlInterpMax 1", "WarrenQueueLength 1", "WarrenQueueTimeout 20s");
        machine.write("alice", Machine.ALICE, "htdocs/perl/endless.pl", "select undef, undef, undef, 60;", "644");
        machine.write("alice", Machine.ALICE, "htdocs/perl/splitting.pl",
            "print \"Content-Type: text/plain\\nX-Bad: a\\rSet-Cookie: b\\n\\nhello\";", "644");
        machine.write("alice", Machine.ALICE, "htdocs/perl/dying.pl", "kill KILL => $$;", "644");
        machine.write("bob", Machine.BOB, "htdocs/perl/slow.pl",
            "select undef, undef, undef, 2; print \"Content-Type: text/plain\\n\\ndone\";", "644");
        machine.start();
    }

    @AfterAll
    static void stop() throws Exception {
        machine.close();
    }

    private static Reply get(String owner, String path) throws Exception {
        return machine.http().get(owner + ".localhost", path);
    }

    @Test
    void anInterpreterThatNeverAnswersIsAGatewayTimeoutAndIsReplaced() throws Exception {
        assertEquals(504, get("alice", "/perl/endless.pl").status());
        assertEquals(200, get("alice", "/perl/who.pl").status());
    }

    @Test
    void aMalformedHeaderIsABadGatewayAndReachesNobody() throws Exception {
        Reply reply = get("alice", "/perl/splitting.pl");
        assertEquals(502, reply.status());
        assertTrue(reply.header("Set-Cookie").isEmpty() && reply.header("X-Bad").isEmpty(), reply.toString());
    }

    @Test
    void theErrorPagesRequestIdIsInTheAdministratorsLogAndNothingElseOfTheRequestIsOnThePage() throws Exception {
        Reply reply = get("alice", "/perl/dying.pl?secret=1");
        assertEquals(502, reply.status());
        assertFalse(reply.body().contains("dying") || reply.body().contains("secret") || reply.body().contains("/var/"),
            reply.body());
        Matcher id = Pattern.compile("<p>Request ([A-Za-z0-9-]+)</p>").matcher(reply.body());
        assertTrue(id.find(), reply.body());
        Await.until("the line with " + id.group(1), Duration.ofSeconds(10), () ->
            Files.readString(machine.base().resolve("log/connector/connector.log")).contains(id.group(1)));
    }

    @Test
    void pastTheQueuesLengthIs503WithRetryAfterAndTheRestIsServed() throws Exception {
        List<CompletableFuture<Reply>> asked = Stream.generate(() -> CompletableFuture.supplyAsync(FailuresTest::slow, task ->
            Thread.ofVirtual().start(task))).limit(6).toList();
        List<Reply> replies = new ArrayList<>();
        asked.forEach(reply -> replies.add(reply.join()));
        assertTrue(replies.stream().filter(reply -> reply.status() == 200).count() >= 2, replies.toString());
        List<Reply> refused = replies.stream().filter(reply -> reply.status() != 200).toList();
        assertFalse(refused.isEmpty(), replies.toString());
        assertTrue(refused.stream().allMatch(reply -> reply.status() == 503 && reply.header("Retry-After").isPresent()),
            refused.toString());
        assertEquals(200, get("alice", "/perl/who.pl").status(), "the neighbor is served");
    }

    private static Reply slow() {
        try {
            return get("bob", "/perl/slow.pl");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aKilledConnectorIsReplaced() throws Exception {
        String connector = Processes.of(Machine.CONNECTOR).get(0);
        Command.run("kill", "-KILL", connector).orFail();
        Await.until("an answer of the next connector", Duration.ofSeconds(60),
            () -> get("bob", "/perl/who.pl").status() == 200);
        assertFalse(Processes.of(Machine.CONNECTOR).contains(connector));
    }
}
