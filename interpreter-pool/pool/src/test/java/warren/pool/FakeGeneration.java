package warren.pool;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Interpreters in this process that speak FastCGI over real sockets, well or badly, as they are told. */
final class FakeGeneration implements AutoCloseable {
    /** What an interpreter does with a request that is not hello. */
    interface Behavior {
        void answer(byte[] body, OutputStream out, SocketChannel connection) throws IOException;
    }

    static final Behavior POLITE = (body, out, connection) -> {
        out.write(stdout("Content-Type: text/plain\r\n\r\n" + new String(body, StandardCharsets.ISO_8859_1)));
        out.write(end());
    };

    private final ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    private final Behavior behavior;
    private final AtomicInteger pids = new AtomicInteger(1000);
    final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();

    FakeGeneration(Path path, Behavior behavior) throws IOException {
        this.behavior = behavior;
        socket.bind(UnixDomainSocketAddress.of(path));
        Thread.ofVirtual().start(this::acceptForever);
    }

    private void acceptForever() {
        while (socket.isOpen()) {
            try {
                SocketChannel connection = socket.accept();
                connections.add(connection);
                int pid = pids.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(connection, pid));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(SocketChannel connection, int pid) {
        try (connection) {
            DataInputStream in = new DataInputStream(Channels.newInputStream(connection));
            OutputStream out = Channels.newOutputStream(connection);
            readRequest(in);
            out.write(stdout("Status: 200\r\nWarren-Pid: " + pid + "\r\n\r\n"));
            out.write(end());
            while (true) {
                behavior.answer(readRequest(in), out, connection);
            }
        } catch (IOException ended) {
            connections.remove(connection);
        }
    }

    /** To the end of its body, which is returned. */
    private static byte[] readRequest(DataInputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            in.readUnsignedByte();
            int type = in.readUnsignedByte();
            in.readUnsignedShort();
            byte[] content = new byte[in.readUnsignedShort()];
            int padding = in.readUnsignedByte();
            in.readUnsignedByte();
            in.readFully(content);
            in.skipBytes(padding);
            if (type == FastCgi.STDIN) {
                if (content.length == 0) {
                    return body.toByteArray();
                }
                body.write(content);
            }
        }
    }

    static byte[] record(int type, String content) {
        byte[] bytes = content.getBytes(StandardCharsets.ISO_8859_1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {1, (byte) type, 0, 1, (byte) (bytes.length >>> 8), (byte) bytes.length, 0, 0});
        out.writeBytes(bytes);
        return out.toByteArray();
    }

    static byte[] stdout(String text) {
        return record(FastCgi.STDOUT, text);
    }

    static byte[] end() {
        return record(FastCgi.END_REQUEST, "\0\0\0\0\0\0\0\0");
    }

    /** As a kill of every interpreter would. */
    void killInterpreters() throws IOException {
        for (SocketChannel connection : connections) {
            connection.close();
        }
        connections.clear();
    }

    @Override
    public void close() {
        try {
            socket.close();
            killInterpreters();
        } catch (IOException gone) {
            // closed either way
        }
    }
}
