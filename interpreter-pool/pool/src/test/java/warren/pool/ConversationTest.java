package warren.pool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.SelectableChannel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class ConversationTest {
    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(7).nextBytes(bytes);
        return bytes;
    }

    @Test
    void hasTheInterpreterSeeEveryParameterByteForByte() throws Exception {
        AtomicReference<Map<String, String>> seen = new AtomicReference<>();
        try (Stage stage = new Stage(Stage.settings(1), me -> {
            seen.set(me.parameters());
            Stage.OK.serve(me);
        })) {
            FakeExchange exchange = FakeExchange.get().with("EMPTY", "").with("LATIN", "\u00e4\u00ff")
                .with("WIDE", "x\u20ac").with("LONG", "v".repeat(127)).with("LONGER", "v".repeat(128))
                .with("HUGE", "v".repeat(100_000)).with("n".repeat(200), "v");
            stage.serve(exchange);
            exchange.parameters.put("WIDE", "x\u00e2\u0082\u00ac");
            assertEquals(exchange.parameters, seen.get());
        }
    }

    @Test
    void sendsALargeBodyWhileALargeResponseComes() throws Exception {
        byte[] body = random(8 << 20);
        try (Stage stage = new Stage(Stage.settings(1), me -> {
            me.say("Content-Type: application/octet-stream\n\n");
            byte[] piece = new byte[30_000];
            for (int count = me.readBody(piece); count >= 0; count = me.readBody(piece)) {
                // Twice: a stream that only echoed would hide a lock-up.
                me.record(FastCgi.STDOUT, java.util.Arrays.copyOf(piece, count));
                me.record(FastCgi.STDOUT, java.util.Arrays.copyOf(piece, count));
            }
            me.endNow();
        })) {
            FakeExchange exchange = stage.serve(FakeExchange.post(body));
            assertEquals(2 * body.length, exchange.written.size());
            assertEquals(exchange.pids, stage.get().pids);
        }
    }

    @Test
    void echoesBodiesOfEverySizeAroundTheLimits() throws Exception {
        try (Stage stage = new Stage(Stage.settings(1), me -> {
            byte[] all = me.wholeBody();
            me.say("Content-Length: " + all.length + "\n\n");
            for (int from = 0; from < all.length; from += 65535) {
                me.record(FastCgi.STDOUT, java.util.Arrays.copyOfRange(all, from, Math.min(all.length, from + 65535)));
            }
            me.endNow();
        })) {
            for (int size : List.of(0, 1, 8191, 8192, 65535, 65536, 65537, 131_072, 300_001)) {
                byte[] body = random(size);
                assertArrayEquals(body, stage.serve(FakeExchange.post(body)).written.toByteArray(), "of " + size);
            }
            assertEquals(1, stage.alive().size());
        }
    }

    @Test
    void takesAnAnswerThatComesBeforeTheBodyWasRead() throws Exception {
        try (Stage stage = new Stage(Stage.settings(1), me -> {
            me.say("Status: 413\n\ntoo large").endNow();
            me.hang();
        })) {
            FakeExchange exchange = stage.serve(FakeExchange.post(new byte[8 << 20]));
            assertEquals(413, exchange.head.orElseThrow().status());
            assertEquals("too large", exchange.text());
            // What of the body is under way must not meet the next request.
            stage.countersEqualReality();
            assertEquals(0, stage.status().total());
            assertEquals(List.of(), stage.launcher.killed);
        }
    }

    @Test
    void flushesWhatAPausingInterpreterHasSaid() throws Exception {
        CountDownLatch mayGoOn = new CountDownLatch(1);
        try (Stage stage = new Stage(Stage.settings(1), me -> {
            me.say("Content-Type: text/event-stream\n\n").say("one");
            await(mayGoOn);
            me.say("two").end();
        })) {
            FakeExchange exchange = FakeExchange.get();
            Thread request = Thread.ofPlatform().start(() -> {
                try {
                    stage.serve(exchange);
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            Eventually.holds(() -> exchange.flushes > 0 && exchange.text().equals("one"), () -> "no flush");
            mayGoOn.countDown();
            request.join(TimeUnit.SECONDS.toMillis(20));
            assertEquals("onetwo", exchange.text());
        }
    }

    @Test
    void doesNotFlushAResponseThatComesAtOnce() throws Exception {
        try (Stage stage = new Stage(Stage.settings(1), Stage.OK)) {
            int flushes = 0;
            for (int i = 0; i < 20; i++) {
                flushes += stage.get().flushes;
            }
            assertTrue(flushes < 10, flushes + " flushes of 20 short responses");
        }
    }

    @Test
    void dropsTheBodyWhereThereMustBeNone() throws Exception {
        try (Stage stage = new Stage(Stage.settings(1),
            me -> me.say("Status: " + me.parameters().get("WANTED") + "\nContent-Length: 4\n\nbody").end())) {
            for (FakeExchange exchange : List.of(FakeExchange.of("HEAD").with("WANTED", "200"),
                FakeExchange.get().with("WANTED", "204"), FakeExchange.get().with("WANTED", "304"))) {
                assertEquals("", stage.serve(exchange).text());
            }
            assertEquals(1, stage.launcher.parent(1).forked.get());
        }
    }

    @Test
    void tellsTheOwnerWhatCameOnStandardError() throws Exception {
        try (Stage stage = new Stage(Stage.settings(1), me -> {
            me.complain("first line\nsecond").complain(" half\n");
            Stage.OK.serve(me);
        })) {
            stage.get();
            assertEquals(List.of("first line", "second half"), stage.told);
        }
    }

    @Test
    void letsAnInterpreterEndWellWhoseClientHasGone() throws Exception {
        try (Stage stage = new Stage(Stage.settings(1),
            me -> me.say("Content-Type: a/b\n\n").say("x".repeat(60_000)).say("x".repeat(60_000)).end())) {
            FakeExchange gone = FakeExchange.get();
            Exchange exchange = new Leaving(gone);
            assertThrows(IOException.class, () -> stage.pools.of(Stage.ALICE).serve(exchange));
            assertEquals(gone.pids, stage.get().pids);
            assertEquals(List.of(), stage.launcher.killed);
        }
    }

    @Test
    void killsAnInterpreterThatStreamsOnForAClientThatHasGone() throws Exception {
        try (Stage stage = new Stage(Stage.settings(1), me -> {
            me.say("Content-Type: a/b\n\n");
            while (true) {
                me.say("x".repeat(1000));
            }
        })) {
            FakeExchange gone = FakeExchange.get();
            assertThrows(IOException.class, () -> stage.pools.of(Stage.ALICE).serve(new Leaving(gone)));
            Eventually.equal(gone.pids, () -> stage.launcher.killed);
            stage.countersEqualReality();
        }
    }

    @Test
    void triesASilentDeathOnceMore() throws Exception {
        AtomicReference<Integer> dead = new AtomicReference<>();
        try (Stage stage = new Stage(Stage.settings(1), me -> {
            if (dead.compareAndSet(null, me.pid)) {
                me.close();
            }
            Stage.OK.serve(me);
        })) {
            FakeExchange exchange = stage.get();
            assertEquals(2, exchange.pids.size());
            assertNotEquals(dead.get(), exchange.pids.getLast());
            assertEquals("pid=" + exchange.pids.getLast(), exchange.text());
            assertEquals(0, stage.status().failures());
        }
    }

    @Test
    void triesNoPostAndNoBrokenResponseAgain() throws Exception {
        try (Stage stage = new Stage(Stage.settings(1), me -> {
            if (me.parameters().get("REQUEST_METHOD").equals("GET")) {
                me.say("Content-Type");
            }
            me.close();
        })) {
            for (FakeExchange exchange : List.of(FakeExchange.get(), FakeExchange.post(new byte[10]))) {
                InterpreterDied died = assertThrows(InterpreterDied.class, () -> stage.serve(exchange));
                assertEquals(false, died.headSent());
                assertEquals(1, exchange.pids.size());
            }
            stage.countersEqualReality();
        }
    }

    @Test
    void saysThatTheHeadIsGoneWhereItIs() throws Exception {
        FakeExchange exchange = FakeExchange.get();
        try (Stage stage = new Stage(Stage.settings(1), me -> {
            me.say("Content-Type: a/b\n\nhalf");
            Eventually.holds(() -> exchange.flushes > 0, () -> "no flush");
            me.close();
        })) {
            assertTrue(assertThrows(InterpreterDied.class, () -> stage.serve(exchange)).headSent());
            assertEquals(1, exchange.pids.size());
        }
    }

    @Test
    void hasGivenTheClientNothingOfAShortResponseThatBreaksOff() throws Exception {
        try (Stage stage = new Stage(Stage.settings(1), me -> {
            me.say("Content-Type: a/b\nContent-Length: 100\n\nhalf").end();
        })) {
            FakeExchange exchange = FakeExchange.get();
            assertFalse(assertThrows(BadResponse.class, () -> stage.serve(exchange)).headSent());
            assertEquals(Optional.empty(), exchange.head);
        }
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            if (!latch.await(20, TimeUnit.SECONDS)) {
                throw new IOException("nobody let it go on");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** A client that goes away with the first piece of the body. */
    private record Leaving(FakeExchange exchange) implements Exchange {
        @Override
        public Map<String, String> parameters() {
            return exchange.parameters();
        }

        @Override
        public boolean idempotent() {
            return true;
        }

        @Override
        public long bodyLength() {
            return exchange.bodyLength();
        }

        @Override
        public InputStream body() {
            return exchange.body();
        }

        @Override
        public Optional<SelectableChannel> channel() {
            return Optional.empty();
        }

        @Override
        public void interpreter(warren.contract.GenerationId generation, int pid) {
            exchange.interpreter(generation, pid);
        }

        @Override
        public void head(ResponseHead head) {
            // Still there.
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            throw new IOException("the client has gone");
        }

        @Override
        public void flush() {
            // Still there.
        }
    }
}
