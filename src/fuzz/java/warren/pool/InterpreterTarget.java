package warren.pool;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import warren.contract.Answer;
import warren.contract.GenerationId;
import warren.contract.VirtualHostName;

/**
 * A whole interpreter that answers hello well and then one request with whatever: the visitor gets exactly the response
 * that both oracles see in it, or is told that there is none; and only an interpreter that has said exactly one whole
 * response may be asked again. The input's first byte chooses the method.
 */
public final class InterpreterTarget {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final GenerationId GENERATION = new GenerationId(new VirtualHostName("fuzz.example"), 1);
    private static final byte[] HELLO = record(6, "Status: 200\r\nWarren-Pid: 7\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    private static final byte[] END = record(3, new byte[8]);
    private static final ExecutorService PEER = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "fuzz-peer");
        thread.setDaemon(true);
        return thread;
    });
    private static final Path SOCKET;
    private static final ServerSocketChannel LISTENER;

    static {
        try {
            Path directory = Files.createTempDirectory("warren-fuzz");
            SOCKET = directory.resolve("s");
            LISTENER = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            LISTENER.bind(UnixDomainSocketAddress.of(SOCKET));
            // the last named goes first
            directory.toFile().deleteOnExit();
            SOCKET.toFile().deleteOnExit();
        } catch (IOException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private InterpreterTarget() { }

    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        if (input.length == 0) {
            return;
        }
        boolean head = (input[0] & 1) == 1;
        byte[] stream = Arrays.copyOfRange(input, 1, input.length);
        RecordOracle records = RecordOracle.of(stream);
        Expected expected = Expected.of(records, head);
        Future<SocketChannel> peer = PEER.submit(InterpreterTarget::answerHello);
        Interpreter interpreter = Interpreter.connect(GENERATION, SOCKET, new Nobody(), PATIENCE);
        try (SocketChannel channel = peer.get()) {
            write(channel, stream);
            if (records.end() == RecordOracle.End.OPEN) {
                channel.shutdownOutput();
            }
            check(interpreter, new Visitor(Map.of("REQUEST_METHOD", head ? "HEAD" : "GET"), new byte[0]), expected);
        } finally {
            interpreter.close();
        }
    }

    private static SocketChannel answerHello() throws IOException {
        SocketChannel channel = LISTENER.accept();
        channel.read(ByteBuffer.allocate(4096));
        write(channel, HELLO);
        write(channel, END);
        return channel;
    }

    private static void write(SocketChannel channel, byte[] bytes) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
            channel.write(left);
        }
    }

    private static byte[] record(int type, byte[] content) {
        return ByteBuffer.allocate(8 + content.length).put((byte) 1).put((byte) type).putShort((short) 1)
            .putShort((short) content.length).putShort((short) 0).put(content).array();
    }

    private static void check(Interpreter interpreter, Visitor visitor, Expected expected) throws Exception {
        boolean served = false;
        try (Delivery delivery = new Delivery(visitor, SpoolSpace.inMemory())) {
            interpreter.serve(visitor, RequestBody.none(), delivery, Patience.within(PATIENCE), 0);
            delivery.finish();
            served = true;
        } catch (BadResponse | InterpreterDied e) {
            require(!expected.whole || expected.surplus, "no failure, but got " + e);
        }
        require(visitor.heads() <= 1, "one head at most");
        require(!served || visitor.heads() == 1, "a head before a good end");
        boolean reusable = interpreter.fate() == Fate.REUSE && interpreter.isReady();
        require(reusable == (expected.whole && !expected.surplus), "reuse " + expected + ", but it is " + reusable);
        String written = visitor.written();
        if (served) {
            require(expected.whole, "a failure, but it was served");
            require(written.equals(expected.body), "the body \"" + expected.body + "\", but got \"" + written + "\"");
        } else {
            require(expected.body.startsWith(written), "no byte beyond \"" + expected.body + "\"");
        }
        require(visitor.head().map(ResponseHead::status).orElse(expected.head.status()) == expected.head.status(),
            "the head " + expected.head);
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("expected " + what);
        }
    }

    /** What may reach the visitor at most, and whether that is a whole response. */
    private record Expected(HeadOracle head, String body, boolean whole, boolean surplus) {
        static Expected of(RecordOracle records, boolean toHead) {
            StringBuilder stdout = new StringBuilder();
            for (int i = 0; i < records.said().length(); i += 2) {
                if (records.said().charAt(i) == 'O') {
                    stdout.append(records.said().charAt(i + 1));
                }
            }
            HeadOracle head = HeadOracle.of(stdout.toString().getBytes(StandardCharsets.ISO_8859_1));
            boolean ended = records.end() == RecordOracle.End.WHOLE;
            if (head.end() != HeadOracle.End.WHOLE) {
                return new Expected(head, "", false, false);
            }
            String said = stdout.substring(head.used());
            if (toHead || head.status() == 204 || head.status() == 304) {
                return new Expected(head, "", ended, false);
            }
            long length = head.contentLength().map(Long::parseLong).orElse((long) said.length());
            boolean surplus = length < said.length();
            return new Expected(head, surplus ? said.substring(0, (int) length) : said,
                ended && length <= said.length(), surplus);
        }
    }

    private record Nobody() implements OwnersLog {
        @Override
        public Followed follow(Answer.Launched launched, Runnable changed) {
            return Followed.UNHEARD;
        }

        @Override
        public void tell(VirtualHostName name, String line) {
            // Nobody reads it.
        }
    }
}
