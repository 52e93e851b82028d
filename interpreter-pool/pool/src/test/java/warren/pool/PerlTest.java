package warren.pool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Debian's FCGI.pm at the other end, as a parent that forks. */
@Timeout(60)
final class PerlTest {
    @TempDir
    private Path directory;

    /** Java cannot hand out a listening descriptor, so Perl binds it and executes itself anew with it as 0. */
    private static final String LISTEN = """
        use Socket; socket(my $s, PF_UNIX, SOCK_STREAM, 0) or die $!;
        bind($s, pack_sockaddr_un($ARGV[0])) or die $!; listen($s, 64) or die $!;
        open STDIN, '<&', $s or die $!; exec $^X, $ARGV[1] or die $!;
        """;

    private Process start(Path socket) throws IOException, URISyntaxException {
        Path script = Path.of(PerlTest.class.getResource("/parent.pl").toURI());
        Process process = new ProcessBuilder("perl", "-e", LISTEN, socket.toString(), script.toString())
            .redirectErrorStream(true).redirectOutput(directory.resolve("perl.log").toFile()).start();
        Eventually.holds(() -> Files.exists(socket), () -> "perl does not listen");
        return process;
    }

    @Test
    void servesAndIsReplacedWhenKilled() throws Exception {
        Path socket = directory.resolve("perl.sock");
        Process parent = start(socket);
        try (Stage stage = new Stage(Stage.settings(2), Stage.OK)) {
            stage.launcher.answerWith(socket);
            FakeExchange first = stage.serve(FakeExchange.get().with("PATH_INFO", "/first"));
            int pid = first.pids.getFirst();
            assertEquals("pid=" + pid + " /first", first.text());
            assertEquals(List.of("a warning"), stage.told);
            assertEquals(first.pids, stage.serve(FakeExchange.get().with("PATH_INFO", "/second")).pids);
            byte[] body = new byte[3 << 20];
            new Random(5).nextBytes(body);
            FakeExchange echo = stage.serve(FakeExchange.post(body).with("PATH_INFO", "/echo"));
            assertArrayEquals(body, echo.written.toByteArray());
            assertEquals(first.pids, echo.pids);

            ProcessHandle interpreter = ProcessHandle.of(pid).orElseThrow();
            interpreter.destroyForcibly();
            interpreter.onExit().get(20, TimeUnit.SECONDS);
            FakeExchange after = stage.serve(FakeExchange.post(new byte[1]).with("PATH_INFO", "/third"));
            assertNotEquals(first.pids, after.pids);
            stage.pools.close();
            Eventually.holds(() -> parent.children().findAny().isEmpty(), () -> "interpreters outlive their connection");
        } finally {
            end(parent);
        }
    }

    @Test
    void goesOnAfterBodiesThatTheScriptDidNotRead() throws Exception {
        Path socket = directory.resolve("perl.sock");
        Process parent = start(socket);
        try (Stage stage = new Stage(Stage.settings(1), Stage.OK)) {
            stage.launcher.answerWith(socket);
            for (int size : List.of(0, 10, 5_000, 60_000, 150_000, 2_000_000)) {
                FakeExchange posted = stage.serve(FakeExchange.post(new byte[size]).with("PATH_INFO", "/unread"));
                assertEquals("pid=" + posted.pids.getFirst() + " /unread", posted.text());
                FakeExchange next = stage.serve(FakeExchange.post(new byte[3]).with("PATH_INFO", "/next"));
                assertEquals("pid=" + next.pids.getFirst() + " /next", next.text());
            }
            assertEquals(1, stage.status().generations().size());
        } finally {
            end(parent);
        }
    }

    /** Not an assertion but a figure: what a small request costs this side. */
    @Test
    void costsLittleProcessorTime() throws Exception {
        Path socket = directory.resolve("perl.sock");
        Process parent = start(socket);
        try (Stage stage = new Stage(Stage.settings(1), Stage.OK)) {
            stage.launcher.answerWith(socket);
            java.lang.management.ThreadMXBean threads = java.lang.management.ManagementFactory.getThreadMXBean();
            int count = 2000;
            for (int round = 0; round < 2; round++) {
                long before = threads.getCurrentThreadCpuTime();
                for (int i = 0; i < count; i++) {
                    stage.serve(FakeExchange.get().with("PATH_INFO", "/x"));
                }
                System.out.println("processor time of a request: "
                    + Duration.ofNanos((threads.getCurrentThreadCpuTime() - before) / count));
            }
            assertEquals(1, stage.status().total());
        } finally {
            end(parent);
        }
    }

    private static void end(Process parent) throws InterruptedException {
        List<ProcessHandle> interpreters = parent.children().toList();
        parent.destroyForcibly().waitFor();
        interpreters.forEach(ProcessHandle::destroyForcibly);
    }
}
