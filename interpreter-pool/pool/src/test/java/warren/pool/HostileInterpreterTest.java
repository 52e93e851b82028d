package warren.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import warren.contract.Deadlines;
import warren.contract.PoolSettings;

/** THREATS, "A hostile interpreter": each is answered by a close and a kill, and by nothing else. */
final class HostileInterpreterTest {
    private static final String HEAD = "Content-Type: text/plain\r\n\r\n";

    private static Named<FakeInterpreter.Script> does(String name, FakeInterpreter.Script script) {
        return Named.of(name, script);
    }

    static Stream<Named<FakeInterpreter.Script>> breakers() {
        return Stream.of(
            does("wrong version", me -> me.raw(2, FastCgi.STDOUT, 1, new byte[3])),
            does("another request's id", me -> me.raw(1, FastCgi.STDOUT, 2, new byte[3])),
            does("a management record", me -> me.raw(1, 10, 0, new byte[8])),
            does("an unknown type", me -> me.raw(1, 99, 1, new byte[8])),
            does("a type for the other direction", me -> me.raw(1, FastCgi.STDIN, 1, new byte[8])),
            does("output after its end", me -> me.say(HEAD).say("").say("more")),
            does("a short end", me -> me.say(HEAD).record(FastCgi.END_REQUEST, new byte[4])),
            does("a long end", me -> me.say(HEAD).record(FastCgi.END_REQUEST, new byte[9])),
            does("protocol status 1", me -> me.say(HEAD).record(FastCgi.END_REQUEST, new byte[] {0, 0, 0, 0, 1, 0, 0, 0})),
            does("no head", me -> me.endNow()),
            does("half a head", me -> me.say("Content-Type: text/plain\r\n").endNow()),
            does("a bad head", me -> me.say("Evil\r\n\r\n").endNow()),
            does("an endless head", me -> {
                while (true) {
                    me.say("A: " + "x".repeat(8000) + "\n");
                }
            }),
            does("endless lines", me -> {
                while (true) {
                    me.say("A: x\n");
                }
            }),
            does("a body shorter than said", me -> me.say("Content-Length: 10\n\nshort").endNow()),
            does("bytes after the end", me -> {
                byte[] both = new byte[40];
                both[0] = 1;
                both[1] = FastCgi.END_REQUEST;
                both[3] = 1;
                both[5] = 8;
                me.say(HEAD).bytes(both);
            }));
    }

    @ParameterizedTest
    @MethodSource("breakers")
    void isClosedKilledAndReplaced(FakeInterpreter.Script script) throws Exception {
        try (Stage stage = new Stage(Stage.settings(2), me -> {
            if (me.parameters().containsKey("EVIL")) {
                script.serve(me);
                me.hang();
            } else {
                Stage.OK.serve(me);
            }
        })) {
            FakeExchange evil = FakeExchange.get().with("EVIL", "1");
            BadResponse thrown = assertThrows(BadResponse.class, () -> stage.serve(evil));
            assertEquals(evil.head.isPresent(), thrown.headSent());
            assertEquals(evil.pids.getFirst(), thrown.interpreter().orElseThrow().pid());
            Eventually.equal(evil.pids, () -> stage.launcher.killed);
            assertFalse(stage.get().pids.contains(evil.pids.getFirst()));
            stage.countersEqualReality();
            assertEquals(1, stage.launcher.launches.get());
        }
    }

    @Test
    void thatSaysMoreThanItsLengthIsCutAndKilled() throws Exception {
        try (Stage stage = new Stage(Stage.settings(2), me -> me.say("Content-Length: 4\n\nbodysurplus").end())) {
            FakeExchange exchange = stage.get();
            assertEquals("body", exchange.text());
            Eventually.equal(exchange.pids, () -> stage.launcher.killed);
            stage.countersEqualReality();
            assertEquals(0, stage.status().total());
        }
    }

    @Test
    void thatSpeaksWhileIdleIsNotAskedAgain() throws Exception {
        Semaphore maySpeak = new Semaphore(0);
        Semaphore spoken = new Semaphore(0);
        try (Stage stage = new Stage(Stage.settings(1), me -> {
            Stage.OK.serve(me);
            maySpeak.acquireUninterruptibly();
            me.say("Status: 200\n\nfor whoever comes next");
            spoken.release();
        })) {
            FakeExchange first = stage.get();
            maySpeak.release();
            spoken.acquireUninterruptibly();
            FakeExchange second = stage.get();
            assertEquals("pid=" + second.pids.getFirst(), second.text());
            assertFalse(second.pids.equals(first.pids));
            maySpeak.release();
        }
    }

    @Test
    void thatDripsIsEndedByTheDeadline() throws Exception {
        PoolSettings quick = withRequestTimeout(Duration.ofMillis(700));
        try (Stage stage = new Stage(quick, me -> {
            me.say(HEAD);
            while (true) {
                me.say("x");
                LockSupport.parkNanos(20_000_000);
            }
        })) {
            FakeExchange exchange = FakeExchange.get();
            assertTrue(assertThrows(DeadlineExceeded.class, () -> stage.serve(exchange)).headSent());
            Eventually.equal(exchange.pids, () -> stage.launcher.killed);
            assertTrue(exchange.flushes > 0);
            stage.countersEqualReality();
        }
    }

    @Test
    void thatNeverAnswersOrNeverEndsIsEndedByTheDeadline() throws Exception {
        byte[] block = new byte[32_000];
        for (FakeInterpreter.Script script : List.<FakeInterpreter.Script>of(FakeInterpreter::hang, me -> {
            me.say(HEAD);
            while (true) {
                me.record(FastCgi.STDOUT, block);
            }
        })) {
            try (Stage stage = new Stage(withRequestTimeout(Duration.ofMillis(500)), script)) {
                FakeExchange exchange = FakeExchange.get();
                assertThrows(DeadlineExceeded.class, () -> stage.serve(exchange));
                Eventually.equal(exchange.pids, () -> stage.launcher.killed);
                stage.countersEqualReality();
            }
        }
    }

    @Test
    void thatOverrunsIsToldApartByTheDeadlineThatItMissed() throws Exception {
        Duration quick = Duration.ofMillis(400);
        Duration later = Duration.ofSeconds(20);
        Map<String, PoolSettings> by = Map.of(
            "WarrenFirstByteTimeout", with(quick, later, later),
            "WarrenResponseIdleTimeout", with(later, quick, later),
            "WarrenRequestTimeout", with(later, later, quick));
        for (Map.Entry<String, PoolSettings> deadline : by.entrySet()) {
            try (Stage stage = new Stage(deadline.getValue(), me -> {
                if (!deadline.getKey().equals("WarrenFirstByteTimeout")) {
                    me.say(HEAD);
                }
                me.hang();
            })) {
                DeadlineExceeded exceeded = assertThrows(DeadlineExceeded.class, stage::get);
                assertTrue(exceeded.getMessage().contains(deadline.getKey()), exceeded.getMessage());
                assertTrue(exceeded.getMessage().contains("400 ms"), exceeded.getMessage());
            }
        }
    }

    @Test
    void thatTakesNothingIsEndedByTheDeadline() throws Exception {
        try (Stage stage = new Stage(withRequestTimeout(Duration.ofMillis(500)), FakeInterpreter::takeNothing)) {
            assertThrows(DeadlineExceeded.class, () -> stage.serve(FakeExchange.post(new byte[4 << 20])));
            stage.countersEqualReality();
        }
    }

    @Test
    void thatFloodsStandardErrorIsCutShort() throws Exception {
        String line = "y".repeat(999) + "\n";
        try (Stage stage = new Stage(Stage.settings(1), me -> {
            for (int i = 0; i < 200; i++) {
                me.complain(line);
            }
            Stage.OK.serve(me);
        })) {
            stage.get();
            int bytes = stage.told.stream().mapToInt(String::length).sum();
            assertTrue(bytes < 70_000, "told " + bytes);
            assertTrue(stage.told.getLast().contains("dropped"));
            assertEquals("y".repeat(999), stage.told.getFirst());
        }
    }

    @Test
    void thatDoesNotAnswerHelloAsAgreedIsAFailedLaunch() throws Exception {
        for (FakeInterpreter.Script hello : Arrays.<FakeInterpreter.Script>asList(
            me -> me.say("Status: 200\n\n").end(),
            me -> me.say("Status: 200\nWarren-Pid: 0\n\n").end(),
            me -> me.say("Status: 200\nWarren-Pid: -4\n\n").end(),
            me -> me.say("Status: 500\nWarren-Pid: 4\n\n").end(),
            me -> me.say("Status: 200\nWarren-Pid: 4\n\nbody").end(),
            FakeInterpreter::close)) {
            try (Stage stage = new Stage(Stage.settings(1),
                (generation, socket) -> new FakeParent(socket, hello, Stage.OK))) {
                assertThrows(LaunchFailed.class, stage::get);
                Eventually.equal(1, () -> stage.launcher.stopped.size());
                stage.countersEqualReality();
            }
        }
    }

    private static PoolSettings withRequestTimeout(Duration timeout) {
        return with(timeout, timeout, timeout);
    }

    private static PoolSettings with(Duration firstByte, Duration pause, Duration whole) {
        PoolSettings from = Stage.settings(2);
        Deadlines deadlines = from.deadlines();
        return from.with(new Deadlines(deadlines.launch(), deadlines.queue(), firstByte, pause, whole,
            deadlines.write(), deadlines.idle(), deadlines.drain(), deadlines.cpu()));
    }
}
