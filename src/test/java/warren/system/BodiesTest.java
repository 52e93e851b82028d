package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies longer than the connector's whole memory, both ways; the longest that may be; and no room for one. */
@Timeout(value = 1, unit = TimeUnit.HOURS)
final class BodiesTest {
    private static final long LONG_BYTES = Integer.getInteger("warren.load.bodyMegabytes", 200) * 1024L * 1024;
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int PIECE_BYTES = 60_000;
    private static final int MEGABYTE = 1024 * 1024;

    private static Machine machine;

    @BeforeAll
    static void start() throws Exception {
        machine = new Machine();
        machine.addOwner("alice", Machine.ALICE);
        machine.addOwner("bob", Machine.BOB, "WarrenRequestBodyMax 1M", "WarrenSpoolMax 3M");
        machine.addOwner("carol", Machine.CAROL, "WarrenSpoolMax 1M");
        EchoSite.at(machine, "alice", Machine.ALICE);
        EchoSite.at(machine, "bob", Machine.BOB);
        EchoSite.at(machine, "carol", Machine.CAROL);
        machine.write("alice", Machine.ALICE, "htdocs/perl/long.pl", """
            my ($length, $framed) = split /,/, $ENV{QUERY_STRING};
            print "Content-Type: application/octet-stream\\n", ($framed ? "Content-Length: $length\\n" : ''), "\\n";
            my $piece = join '', map { chr($_ % 251) } 1 .. 100_000;
            for (my $left = $length; $left > 0; $left -= length $piece) { print substr $piece, 0, $left }
            """, "644");
        machine.start();
    }

    @AfterAll
    static void stop() throws Exception {
        machine.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anUploadLongerThanTheConnectorsMemoryArrivesWhole(boolean framed) throws Exception {
        MessageDigest md5 = Errand.md5();
        try (Wire wire = new Wire(machine.port(), PATIENCE)) {
            begin(wire, "alice", LONG_BYTES, framed);
            byte[] piece = new byte[PIECE_BYTES];
            for (long left = LONG_BYTES; left > 0; left -= PIECE_BYTES) {
                Arrays.fill(piece, (byte) left);
                int count = (int) Math.min(left, PIECE_BYTES);
                md5.update(piece, 0, count);
                if (framed) {
                    wire.out().write(piece, 0, count);
                } else {
                    wire.sendChunk(piece, count);
                }
            }
            wire.send(framed ? "" : "0\r\n\r\n");
            String line = "id=long length=" + LONG_BYTES + " md5=" + HexFormat.of().formatHex(md5.digest()) + "\n";
            assertEquals("200 " + line + line, answer(wire));
        }
        machine.awaitPool("alice", "all room given back", Duration.ofSeconds(10), alice -> alice.path("spooledBytes").asLong() == 0);
    }

    private static void begin(Wire wire, String owner, long length, boolean framed) throws Exception {
        wire.send("POST /app/echo?fill=0 HTTP/1.1\r\nHost: " + owner + ".localhost\r\nX-Id: long\r\n"
            + (framed ? "Content-Length: " + length : "Transfer-Encoding: chunked") + "\r\n\r\n");
    }

    private static String answer(Wire wire) throws Exception {
        Wire.Head head = wire.head();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        wire.body(head, (bytes, count) -> body.write(bytes, 0, count));
        return head.status() + " " + body;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aDownloadLongerThanTheConnectorsMemoryArrivesWhole(boolean framed) throws Exception {
        MessageDigest expected = Errand.md5();
        byte[] piece = new byte[100_000];
        for (int i = 0; i < piece.length; i++) {
            piece[i] = (byte) ((i + 1) % 251);
        }
        for (long left = LONG_BYTES; left > 0; left -= piece.length) {
            expected.update(piece, 0, (int) Math.min(left, piece.length));
        }
        MessageDigest got = Errand.md5();
        try (Wire wire = new Wire(machine.port(), PATIENCE)) {
            wire.send("GET /perl/long.pl?" + LONG_BYTES + "," + (framed ? 1 : 0) + " HTTP/1.1\r\nHost: alice.localhost\r\n\r\n");
            Wire.Head head = wire.head();
            assertEquals(framed ? LONG_BYTES : -1, head.length());
            wire.body(head, (bytes, count) -> got.update(bytes, 0, count));
        }
        assertEquals(HexFormat.of().formatHex(expected.digest()), HexFormat.of().formatHex(got.digest()));
        machine.awaitPool("alice", "all room given back", Duration.ofSeconds(10), alice -> alice.path("spooledBytes").asLong() == 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aBodyLongerThanMayBeIs413(boolean framed) throws Exception {
        try (Wire wire = new Wire(machine.port(), PATIENCE)) {
            begin(wire, "bob", MEGABYTE + 1, framed);
            send(wire, MEGABYTE + 1, framed);
            assertEquals(413, wire.head().status());
        }
    }

    private static void send(Wire wire, int length, boolean framed) throws Exception {
        byte[] body = new byte[length];
        if (framed) {
            wire.out().write(body);
        } else {
            wire.sendChunk(body, length);
            wire.send("0\r\n\r\n");
        }
    }

    @Test
    void aBodyForWhichThereIsNoRoomIs503WithRetryAfterAndASmallOneIsServed() throws Exception {
        try (Wire wire = new Wire(machine.port(), PATIENCE)) {
            begin(wire, "carol", 2 * MEGABYTE, true);
            send(wire, 2 * MEGABYTE, true);
            Wire.Head head = wire.head();
            assertEquals(503, head.status());
            assertTrue(head.header("Retry-After").isPresent(), head::toString);
        }
        try (Wire wire = new Wire(machine.port(), PATIENCE)) {
            begin(wire, "carol", MEGABYTE / 2, true);
            send(wire, MEGABYTE / 2, true);
            assertTrue(answer(wire).startsWith("200 id=long length=" + MEGABYTE / 2));
        }
    }

    /** Pieces of it are on their way already when it is refused: none of them may be taken for another request. */
    @Test
    void aBodyThatFindsNoRoomHalfWayIs503AndDisturbsNoRequestAfterIt() throws Exception {
        byte[] half = new byte[400_000];
        try (Wire late = new Wire(machine.port(), PATIENCE); Wire early = new Wire(machine.port(), PATIENCE)) {
            for (Wire wire : List.of(late, early)) {
                begin(wire, "carol", 2L * half.length, true);
            }
            // each finds room for itself as long as nothing has come of the other
            machine.awaitPool("carol", "both begun", Duration.ofSeconds(30), carol -> carol.path("inFlight").asInt() == 2);
            for (Wire wire : List.of(late, early)) {
                wire.out().write(half);
            }
            // httpd may hold back the last of what came
            machine.awaitPool("carol", "both half there", Duration.ofSeconds(30),
                carol -> carol.path("spooledBytes").asLong() > 2 * half.length - 100_000);
            late.out().write(half);
            assertEquals(503, late.head().status());
            early.out().write(half);
            assertTrue(answer(early).startsWith("200 id=long length=" + 2 * half.length));
        }
        for (int i = 0; i < 20; i++) {
            try (Wire wire = new Wire(machine.port(), PATIENCE)) {
                begin(wire, "carol", 100_000, true);
                send(wire, 100_000, true);
                assertTrue(answer(wire).startsWith("200 id=long length=100000"));
            }
        }
    }

    @Test
    void aBodyThatComesInDribblesArrivesWhole() throws Exception {
        Random random = new Random(3);
        try (Wire wire = new Wire(machine.port(), PATIENCE)) {
            for (int length : new int[] {16_378, 16_379, 32_757, 65_536, 200_003}) {
                byte[] body = new byte[length];
                random.nextBytes(body);
                begin(wire, "alice", length, true);
                for (int at = 0; at < length;) {
                    int count = Math.min(length - at, 1 + random.nextInt(9000));
                    wire.out().write(body, at, count);
                    at += count;
                    LockSupport.parkNanos(random.nextInt(2_000_000));
                }
                String line = "id=long length=" + length + " md5=" + HexFormat.of().formatHex(Errand.md5().digest(body)) + "\n";
                assertEquals("200 " + line + line, answer(wire));
            }
        }
    }
}
