package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Each deadline of a request, through a httpd whose own Timeout is shorter than any of them. */
final class DeadlinesTest {
    private static Machine machine;

    @BeforeAll
    static void start() throws Exception {
        machine = new Machine();
        machine.addConfiguration("Timeout 1");
        machine.addOwner("alice", Machine.ALICE, "WarrenFirstByteTimeout 2s");
        machine.addOwner("bob", Machine.BOB, "WarrenResponseIdleTimeout 2s");
        machine.addOwner("carol", Machine.CAROL, "WarrenRequestTimeout 3s");
        machine.addOwner("dave", Machine.DAVE, "WarrenQueueTimeout 11s", "WarrenLaunchTimeout 12s", "WarrenRequestTimeout 13s",
            "WarrenWriteTimeout 14s");
        script("alice", Machine.ALICE, "silent.pl", "linger();");
        script("bob", Machine.BOB, "pausing.pl", "$| = 1; print qq(Content-Type: text/plain\\nX-Pid: $$\\n\\nbegun); linger();");
        script("carol", Machine.CAROL, "dripping.pl",
            "$| = 1; print qq(Content-Type: text/plain\\nX-Pid: $$\\n\\n); while () { print '.'; select undef, undef, undef, 0.2 }");
        script("dave", Machine.DAVE, "quiet.pl", "sleep 4; print qq(Content-Type: text/plain\\n\\nat last);");
        machine.start();
    }

    /** {@code linger()} stands in the third line, and is called in the sixth. */
    private static void script(String owner, int uid, String name, String code) throws Exception {
        machine.write(owner, uid, "htdocs/perl/" + name, """
            use strict;
            sub linger {
                select undef, undef, undef, 1 while 1;
            }
            open my $mark, '>', '%s' or die $!; print $mark $$; close $mark;
            %s
            """.formatted(mark(owner), code), "644");
        machine.write(owner, uid, "marks/pid", "", "644");
    }

    private static Path mark(String owner) {
        return machine.site(owner).resolve("marks/pid");
    }

    @AfterAll
    static void stop() throws Exception {
        machine.close();
    }

    private static Reply get(String owner, String name) throws Exception {
        return machine.http().get(owner + ".localhost", "/perl/" + name);
    }

    /** The interpreter that ran the script has gone, its owner reads why, and the next request is served. */
    private static void requireReplaced(String owner, int uid, String directive) throws Exception {
        Healing.after("interpreter hung in its code", () -> get(owner, "who.pl").status() == 200);
        String pid = Files.readString(mark(owner));
        Await.until("the end of " + pid, Duration.ofSeconds(20), () -> Processes.onHost(uid, pid).isEmpty());
        Await.until(directive + " in the owner's log", Duration.ofSeconds(10), () -> machine.ownersLog(owner).lines()
            .anyMatch(line -> line.contains("pid=" + pid + " ") && line.contains(directive)));
    }

    @Test
    void anInterpreterThatSaysNothingIs504() throws Exception {
        assertEquals(504, get("alice", "silent.pl").status());
        requireReplaced("alice", Machine.ALICE, "WarrenFirstByteTimeout");
    }

    @Test
    void aPauseInsideAResponseCutsIt() throws Exception {
        Reply reply = get("bob", "pausing.pl");
        assertEquals("begun", reply.body());
        assertFalse(reply.complete(), reply::toString);
        requireReplaced("bob", Machine.BOB, "WarrenResponseIdleTimeout");
    }

    @Test
    void aDripIsCutInTheEnd() throws Exception {
        Reply reply = get("carol", "dripping.pl");
        assertTrue(reply.body().startsWith(".") && !reply.complete(), reply::toString);
        requireReplaced("carol", Machine.CAROL, "WarrenRequestTimeout");
    }

    @Test
    void theOwnerReadsWhereHisCodeWas() throws Exception {
        assertEquals(504, get("alice", "silent.pl").status());
        String file = machine.site("alice").resolve("htdocs/perl/silent.pl").toString();
        Await.until("the place in the owner's log", Duration.ofSeconds(10), () ->
            machine.ownersLog("alice").contains("in linger at " + file + " line 3")
            && machine.ownersLog("alice").contains("in the script at " + file + " line 6"));
    }

    @Test
    void httpdWaitsLongerThanAnyOfThem() throws Exception {
        assertEquals("at last", get("dave", "quiet.pl").body(), "httpd's own Timeout is 1 s");
        String secrets = Files.readString(machine.base().resolve("state/secrets.conf"));
        Matcher timeout = Pattern.compile("<Macro WarrenWorker-dave\\.localhost>.*?timeout=(\\d+)", Pattern.DOTALL).matcher(secrets);
        assertTrue(timeout.find(), "a timeout of dave's worker");
        int longest = List.of(11, 12, 13, 14).stream().mapToInt(Integer::intValue).sum();
        assertTrue(Integer.parseInt(timeout.group(1)) > longest, timeout.group(1));
    }
}
