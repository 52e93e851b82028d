package warren.system;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.Arrays;

/** A server of the domain name system that knows one address of every name, RFC 1035. */
final class NameServer implements AutoCloseable {
    static final String ADDRESS = "127.18.19.20";
    private static final int PORT = 53;
    private static final int HEADER = 12;
    private static final int TYPE_A = 1;
    private final DatagramSocket socket = new DatagramSocket(new InetSocketAddress(ADDRESS, PORT));
    private final byte[] known;

    NameServer(int... address) throws IOException {
        known = new byte[address.length];
        for (int i = 0; i < address.length; i++) {
            known[i] = (byte) address[i];
        }
        Thread.ofPlatform().daemon().name("name server").start(this::serve);
    }

    private void serve() {
        byte[] buffer = new byte[512];
        while (!socket.isClosed()) {
            try {
                DatagramPacket query = new DatagramPacket(buffer, buffer.length);
                socket.receive(query);
                byte[] answer = answer(Arrays.copyOf(buffer, query.getLength()));
                socket.send(new DatagramPacket(answer, answer.length, query.getSocketAddress()));
            } catch (IOException closed) {
                return;
            }
        }
    }

    /** For one question; of other types than an IPv4 address there is none. */
    private byte[] answer(byte[] query) {
        int end = HEADER;
        while (query[end] != 0) {
            end += query[end] + 1;
        }
        boolean ofAddress = query[end + 2] == TYPE_A;
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        answer.write(query, 0, 2);
        answer.writeBytes(new byte[] {(byte) 0x81, (byte) 0x80, 0, 1, 0, (byte) (ofAddress ? 1 : 0), 0, 0, 0, 0});
        answer.write(query, HEADER, end + 5 - HEADER);
        if (ofAddress) {
            answer.writeBytes(new byte[] {(byte) 0xc0, HEADER, 0, TYPE_A, 0, 1, 0, 0, 0, 60, 0, (byte) known.length});
            answer.writeBytes(known);
        }
        return answer.toByteArray();
    }

    @Override
    public void close() {
        socket.close();
    }
}
