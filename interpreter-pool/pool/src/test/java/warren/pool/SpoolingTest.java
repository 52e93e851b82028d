package warren.pool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import warren.contract.Deadlines;
import warren.contract.PoolSettings;
import warren.contract.SpoolLimits;

/** Slow clients: what they cost, and what they do not. */
final class SpoolingTest {
    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(7).nextBytes(bytes);
        return bytes;
    }

    private static PoolSettings limits(long body, long all) {
        return Stage.settings(1).with(new SpoolLimits(body, 0, all));
    }

    private static PoolSettings writeWithin(Duration write, long all) {
        Deadlines from = Stage.settings(1).deadlines();
        return limits(1 << 20, all).with(new Deadlines(from.launch(), from.queue(), from.firstByte(),
            from.responseIdle(), from.request(), write, from.idle(), from.drain(), from.cpu()));
    }

    @Test
    void usesItsFileWhereAllSpoolsTogetherHaveTheirMemory(@TempDir Path directory) throws Exception {
        SpoolSpace space = new SpoolSpace(directory, 1 << 20);
        long others = 0;
        while (space.takeMemory(1024)) {
            others += 1024;
        }
        byte[] bytes = random(5000);
        try (Spool added = new Spool(space); Spool read = new Spool(space)) {
            added.add(bytes, 0, bytes.length);
            assertEquals(bytes.length, read.addFrom(new ByteArrayInputStream(bytes), bytes.length));
            for (Spool spool : List.of(added, read)) {
                byte[] back = new byte[bytes.length];
                assertEquals(bytes.length, spool.read(back, 0, back.length));
                assertArrayEquals(bytes, back);
            }
            SpoolSpace nowhere = new SpoolSpace(directory.resolve("none"), 1 << 20);
            assertThrows(IOException.class, () -> new Spool(nowhere).add(bytes, 0, bytes.length), "it wants its file");
            space.giveBackMemory(1024);
            assertTrue(space.takeMemory(1024), "neither has taken more than there was");
        } finally {
            space.giveBackMemory(others);
        }
    }

    private static CompletableFuture<Optional<Exception>> inBackground(Stage stage, Exchange exchange) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                stage.pools.of(Stage.ALICE).serve(exchange);
                return Optional.empty();
            } catch (Exception e) {
                return Optional.of(e);
            }
        }, task -> Thread.ofPlatform().start(task));
    }

    @Test
    void borrowsNoInterpreterBeforeTheWholeBodyIsThere() throws Exception {
        try (Stage stage = new Stage(Stage.settings(1), me -> {
            me.say("Content-Type: a/b\n\n" + me.wholeBody().length + " " + me.parameters().get("CONTENT_LENGTH")).end();
        }); PipedOutputStream client = new PipedOutputStream()) {
            FakeExchange exchange = FakeExchange.post(new PipedInputStream(client));
            CompletableFuture<Optional<Exception>> request = inBackground(stage, exchange);
            client.write(random(1000));
            client.flush();
            Eventually.equal(1000L, () -> stage.status().spooledBytes());
            assertEquals(0, stage.status().launches());
            assertEquals(1, stage.status().inFlight());
            client.write(random(500));
            client.flush();
            client.close();
            assertEquals(Optional.empty(), request.get());
            // The client had not said how long it is, and CGI has no other way to know.
            assertEquals("1500 1500", exchange.text());
            assertEquals(0, stage.status().spooledBytes());
        }
    }

    /** Its disk fails: the interpreter has not, and no other is asked. */
    @Test
    void tellsAFileThatCannotBeReadFromAnInterpreterThatHasGone() throws Exception {
        InputStream body = new ByteArrayInputStream(random(200_000)) {
            @Override
            public synchronized int read(byte[] target, int offset, int length) {
                int count = super.read(target, offset, length);
                if (available() == 0) {
                    truncateSpools();
                }
                return count;
            }
        };
        try (Stage stage = new Stage(Stage.settings(1), Stage.OK)) {
            FakeExchange exchange = FakeExchange.post(body);
            SpoolFull failure = assertThrows(SpoolFull.class, () -> stage.serve(exchange));
            assertTrue(failure.getMessage().contains("its file cannot be read"), failure.getMessage());
            assertEquals(1, exchange.pids.size());
            assertEquals(0, stage.status().spooledBytes());
        }
    }

    /** Those of this process, which have no names any more. */
    private static void truncateSpools() {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors.filter(SpoolingTest::isSpool).toList()) {
                try (RandomAccessFile file = new RandomAccessFile(descriptor.toFile(), "rw")) {
                    file.setLength(0);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isSpool(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).getFileName().toString().matches("spool-.*\\(deleted\\)");
        } catch (IOException closed) {
            return false;
        }
    }

    @Test
    void borrowsNoInterpreterForABodyThatIsCutShort() throws Exception {
        IOException gone = new IOException("the client has gone");
        InputStream body = new InputStream() {
            private final InputStream start = new ByteArrayInputStream(random(200_000));

            @Override
            public int read() {
                throw new UnsupportedOperationException();
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                int count = start.read(target, offset, length);
                if (count < 0) {
                    throw gone;
                }
                return count;
            }
        };
        try (Stage stage = new Stage(Stage.settings(1), Stage.OK)) {
            FakeExchange exchange = FakeExchange.post(body);
            assertEquals(gone, assertThrows(IOException.class, () -> stage.serve(exchange)));
            assertEquals(List.of(), exchange.pids);
            assertEquals(0, stage.status().launches());
            assertEquals(0, stage.status().spooledBytes());
        }
    }

    @Test
    void takesABodyForWholeOnlyWhereItIsAsLongAsDeclared() throws Exception {
        try (Stage stage = new Stage(Stage.settings(1), Stage.OK)) {
            FakeExchange shorter = FakeExchange.post(random(100), 101);
            assertThrows(IOException.class, () -> stage.serve(shorter));
            assertEquals(List.of(), shorter.pids);
            stage.serve(FakeExchange.post(random(100), 100));
        }
    }

    @Test
    void sendsALongBodyASecondTimeAfterASilentDeath() throws Exception {
        byte[] body = random(300_000);
        AtomicReference<Integer> dead = new AtomicReference<>();
        AtomicReference<byte[]> seen = new AtomicReference<>();
        try (Stage stage = new Stage(Stage.settings(1), me -> {
            byte[] all = me.wholeBody();
            if (dead.compareAndSet(null, me.pid)) {
                me.close();
            }
            seen.set(all);
            Stage.OK.serve(me);
        })) {
            FakeExchange exchange = FakeExchange.post(body).with("REQUEST_METHOD", "PUT");
            stage.serve(exchange);
            assertEquals(2, exchange.pids.size());
            assertArrayEquals(body, seen.get());
        }
    }

    @Test
    void refusesABodyThatIsTooLong() throws Exception {
        try (Stage stage = new Stage(limits(100_000, 1 << 20), Stage.OK)) {
            FakeExchange declared = FakeExchange.post(random(100_001));
            BodyTooLarge tooLarge = assertThrows(BodyTooLarge.class, () -> stage.serve(declared));
            assertTrue(tooLarge.getMessage().contains("WarrenRequestBodyMax"), tooLarge.getMessage());
            FakeExchange undeclared = FakeExchange.post(new ByteArrayInputStream(random(100_001)));
            assertThrows(BodyTooLarge.class, () -> stage.serve(undeclared));
            assertEquals(0, stage.status().spooledBytes());
            stage.serve(FakeExchange.post(random(100_000)));
        }
    }

    @Test
    void refusesABodyThatThereIsNoRoomFor() throws Exception {
        try (Stage stage = new Stage(limits(1 << 20, 200_000), Stage.OK)) {
            assertThrows(SpoolFull.class, () -> stage.serve(FakeExchange.post(random(200_001))));
            assertThrows(SpoolFull.class,
                () -> stage.serve(FakeExchange.post(new ByteArrayInputStream(random(400_000)))));
            assertEquals(0, stage.status().spooledBytes());
            stage.get();
        }
    }

    @Test
    void holdsNoInterpreterForASlowReader() throws Exception {
        byte[] body = random(1 << 20);
        try (Stage stage = new Stage(Stage.settings(1), me -> {
            if (me.parameters().containsKey("SHORT")) {
                Stage.OK.serve(me);
                return;
            }
            me.say("Content-Length: " + body.length + "\n\n");
            for (int from = 0; from < body.length; from += 1 << 14) {
                me.record(FastCgi.STDOUT, java.util.Arrays.copyOfRange(body, from, from + (1 << 14)));
            }
            me.end();
        }); SlowExchange slow = new SlowExchange()) {
            CompletableFuture<Optional<Exception>> request = inBackground(stage, slow);
            Eventually.holds(() -> slow.taken.pids.size() == 1 && stage.status().busy() == 0
                && stage.status().spooledBytes() == body.length, () -> stage.status().toString());
            // The same interpreter is another's now.
            assertEquals(slow.taken.pids, stage.serve(FakeExchange.get().with("SHORT", "1")).pids);
            slow.take();
            assertEquals(Optional.empty(), request.get());
            assertArrayEquals(body, slow.taken.written.toByteArray());
            assertEquals(0, stage.status().spooledBytes());
        }
    }

    @Test
    void waitsForTheClientWhereTheSpoolIsFull() throws Exception {
        try (Stage stage = new Stage(writeWithin(Duration.ofSeconds(20), 200_000), me -> {
            me.say("Content-Type: a/b\n\n");
            for (int piece = 0; piece < 100; piece++) {
                me.record(FastCgi.STDOUT, random(10_000));
            }
            me.endNow();
        }); SlowExchange slow = new SlowExchange()) {
            CompletableFuture<Optional<Exception>> request = inBackground(stage, slow);
            Eventually.holds(() -> stage.status().spooledBytes() > 160_000, () -> stage.status().toString());
            assertEquals(1, stage.status().busy());
            slow.take();
            assertEquals(Optional.empty(), request.get());
            assertEquals(1_000_000, slow.taken.written.size());
            assertTrue(stage.status().spooledBytes() == 0, stage.status().toString());
        }
    }

    @Test
    void givesUpAClientThatTakesNothing() throws Exception {
        try (Stage stage = new Stage(writeWithin(Duration.ofMillis(300), 100_000), me -> {
            me.say("Content-Type: a/b\n\n");
            while (true) {
                me.record(FastCgi.STDOUT, random(10_000));
            }
        }); SlowExchange slow = new SlowExchange()) {
            Optional<Exception> failure = inBackground(stage, slow).get();
            assertTrue(failure.orElseThrow().getMessage().contains("WarrenWriteTimeout"), failure.toString());
            Eventually.equal(slow.taken.pids, () -> stage.launcher.killed);
            assertEquals(0, stage.status().spooledBytes());
            stage.countersEqualReality();
        }
    }

    @Test
    void deliversAStreamPieceByPieceToAClientThatIsSlowAtFirst() throws Exception {
        SlowExchange slow = new SlowExchange();
        try (slow; Stage stage = new Stage(Stage.settings(1), me -> {
            me.say("Content-Type: text/event-stream\n\n").say("one");
            // Nothing else wakes the conversation but the client.
            Eventually.equal("one", slow.taken::text);
            me.say("two").end();
        })) {
            CompletableFuture<Optional<Exception>> request = inBackground(stage, slow);
            Eventually.equal(1, slow.taken.pids::size);
            slow.take();
            assertEquals(Optional.empty(), request.get());
            assertEquals("onetwo", slow.taken.text());
        }
    }
}
