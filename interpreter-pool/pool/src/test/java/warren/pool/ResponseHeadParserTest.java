package warren.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ResponseHeadParserTest {
    private static ResponseHead parse(String text) throws ProtocolBroken {
        ResponseHeadParser parser = new ResponseHeadParser();
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < bytes.length; i++) {
            // Byte by byte: a head may be cut anywhere.
            assertEquals(1, parser.take(bytes, i, 1));
        }
        assertEquals(true, parser.isComplete());
        return parser.head();
    }

    @Test
    void readsLinesOfBothEnds() throws Exception {
        for (String end : List.of("\n", "\r\n")) {
            ResponseHead head = parse("Status: 404 Not there" + end + "Content-Type:text/plain \t" + end
                + "X-Empty:" + end + end);
            assertEquals(new ResponseHead(404, Optional.of("Not there"), List.of(
                new Header("Content-Type", "text/plain"), new Header("X-Empty", "")), Optional.empty()), head);
        }
    }

    @Test
    void leavesWhatFollowsTheHead() throws Exception {
        ResponseHeadParser parser = new ResponseHeadParser();
        byte[] bytes = "Status: 200\n\nbody".getBytes(StandardCharsets.US_ASCII);
        assertEquals(bytes.length - 4, parser.take(bytes, 0, bytes.length));
    }

    @Test
    void takesALocationWithoutStatusForARedirect() throws Exception {
        assertEquals(302, parse("Location: /elsewhere\n\n").status());
        assertEquals(302, parse("Location: http://example.org/\n\n").status());
        assertEquals(201, parse("Location: /new\nStatus: 201\n\n").status());
    }

    @Test
    void dropsWhatIsHopByHopOrPrivate() throws Exception {
        ResponseHead head = parse("Transfer-Encoding: chunked\nConnection: close\nKeep-Alive: 1\nTrailer: X\nTE: x\n"
            + "Upgrade: h2c\nProxy-Authenticate: x\nWarren-Anything: x\nWarren-Pid: 3\nContent-Type: a/b\n\n");
        assertEquals(List.of(new Header("Content-Type", "a/b")), head.headers());
    }

    @Test
    void tellsOfAFailureOnlyAsAKind() throws Exception {
        assertEquals(Optional.of("died"), parse("Status: 500\nWarren-Failure: died\n\n").failure());
        assertEquals(Optional.empty(), parse("Status: 500\nWarren-Failure: <b>Died</b>\n\n").failure());
    }

    @Test
    void keepsNoLengthWhereThereIsNoBody() throws Exception {
        assertEquals(List.of(), parse("Status: 204\nContent-Length: 5\n\n").headers());
        assertEquals(List.of(), parse("Content-Length: 5\nStatus: 304\n\n").headers());
        assertEquals(5, parse("Content-Length: 5\n\n").contentLength().orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "\n", "no colon\n\n", ": no name\n\n", "Bad Name: x\n\n", " Folded: x\n\n", "A: x\n folded\n\n",
        "A: b\rC: d\n\n", "A: \0\n\n", "A: \1x\n\n", "A: x\u007f\n\n", "A\0: x\n\n", "\u00e4: x\n\n", "HTTP/1.1 200 OK\n\n",
        "Status: 100\n\n", "Status: 600\n\n", "Status: 20\n\n", "Status: 2000\n\n", "Status: OK\n\n", "Status: +20\n\n",
        "Status: 200\nStatus: 200\n\n", "Status:\n\n",
        "Content-Length: 1\nContent-Length: 1\n\n", "Content-Length: -1\n\n", "Content-Length: 1,1\n\n",
        "Content-Length: 0x1\n\n", "Content-Length: 9999999999999999999\n\n", "Content-Length:\n\n"})
    void refuses(String head) {
        assertThrows(ProtocolBroken.class, () -> parse(head));
    }

    @Test
    void refusesAHeadWithoutEnd() {
        ResponseHeadParser parser = new ResponseHeadParser();
        byte[] line = ("A: " + "x".repeat(1020) + "\n").getBytes(StandardCharsets.US_ASCII);
        assertThrows(ProtocolBroken.class, () -> {
            for (int i = 0; i < 65; i++) {
                parser.take(line, 0, line.length);
            }
        });
        assertThrows(ProtocolBroken.class, () -> parse("A: x\n".repeat(201) + "\n"));
    }

    @Test
    void takesTwoHundredLines() throws Exception {
        assertEquals(200, parse("A: x\n".repeat(200) + "\n").headers().size());
    }
}
