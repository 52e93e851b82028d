package warren.connector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.apache.tomcat.util.net.SocketBufferHandler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How many pieces of a request's body httpd is asked for. */
class GatewayChannelTest {
    private static final int PACKET_BYTES = 16_384;
    private static final int MOST_PIECE_BYTES = PACKET_BYTES - 6;
    /** GET_BODY_CHUNK, as Tomcat writes it. */
    private static final byte[] ASK = {'A', 'B', 0, 3, 6, 0x3f, (byte) 0xfa};

    @TempDir
    private Path directory;

    @Test
    void asksForAsManyPiecesAsThereMustBeAndNoMore() throws Exception {
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(directory.resolve("ajp.sock")));
            try (SocketChannel connector = SocketChannel.open(listener.getLocalAddress()); SocketChannel httpd = listener.accept()) {
                httpd.configureBlocking(false);
                GatewayChannel channel = new GatewayChannel(new SocketBufferHandler(PACKET_BYTES, PACKET_BYTES, false), PACKET_BYTES);
                channel.reset(connector, null);
                assertEquals(1, asksFor(0, channel, httpd), "a body whose length nobody knows");
                assertEquals(1, asksFor(MOST_PIECE_BYTES, channel, httpd));
                assertEquals(2, asksFor(MOST_PIECE_BYTES + 1, channel, httpd));
                assertEquals(0, asksFor(1, channel, httpd), "it is on its way");
                assertEquals(4, asksFor(100 * MOST_PIECE_BYTES, channel, httpd));
                for (int left = 3; left > 0; left--) {
                    assertEquals(left, channel.askedAhead());
                    assertEquals(0, asksFor(0, channel, httpd));
                }
                assertEquals(1, asksFor(1, channel, httpd));
            }
        }
    }

    /** What httpd sees of one ask of Tomcat's. */
    private static int asksFor(long left, GatewayChannel channel, SocketChannel httpd) throws IOException {
        channel.expectBody(left);
        assertEquals(ASK.length, channel.write(ByteBuffer.wrap(ASK)));
        ByteBuffer seen = ByteBuffer.allocate(1024);
        httpd.read(seen);
        assertEquals(0, seen.position() % ASK.length);
        return seen.position() / ASK.length;
    }
}
