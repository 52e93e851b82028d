package warren.pool;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import warren.contract.GenerationId;

/**
 * One interpreter: one connection to its generation's socket, one request at a time. Connecting makes it, closing ends
 * it; nothing else is needed for either. Used by one thread at a time, whoever borrowed it.
 */
final class Interpreter {
    private static final Map<String, String> HELLO = Map.of("WARREN_HELLO", "1", "REQUEST_METHOD", "GET");
    private static final int CHUNK_BYTES = 16 * 1024;
    /** A fifth: interpreters of one age must not all be replaced at once. */
    private static final int JITTER = 5;

    private final GenerationId generation;
    private final SocketChannel channel;
    private final RecordReader records;
    private final Deadlines deadlines;
    private final OwnersLog log;
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private int pid;
    private int requestsLeft;

    private Interpreter(GenerationId generation, SocketChannel channel, Deadlines deadlines, OwnersLog log,
            int maxRequests) {
        this.generation = generation;
        this.channel = channel;
        this.records = new RecordReader(channel);
        this.deadlines = deadlines;
        this.log = log;
        this.requestsLeft = maxRequests == 0 ? Integer.MAX_VALUE
            : maxRequests - ThreadLocalRandom.current().nextInt(maxRequests / JITTER + 1);
    }

    /**
     * A new one. Returns once it has answered, and so has loaded the owner's code.
     *
     * @throws IOException where the socket refuses or the connection ends: its parent has gone
     */
    static Interpreter connect(GenerationId generation, UnixDomainSocketAddress socket, Deadlines deadlines,
            OwnersLog log, int maxRequests, Duration within) throws IOException, ProtocolBroken, LaunchRefusal {
        Interpreter made =
            new Interpreter(generation, SocketChannel.open(socket), deadlines, log, maxRequests);
        try {
            made.hello(within);
            return made;
        } catch (IOException | ProtocolBroken | LaunchRefusal e) {
            made.close();
            throw e;
        }
    }

    private void hello(Duration within) throws IOException, ProtocolBroken, LaunchRefusal {
        try (Deadlines.Watch watch = deadlines.watch(channel, within)) {
            try {
                send(RequestRecords.head(HELLO));
                send(RequestRecords.body(chunk, 0, 0));
                pid = pidOf(answerToHello());
            } catch (IOException e) {
                if (watch.isOver()) {
                    throw new LaunchRefusal(generation + " did not answer within " + within.toSeconds() + " s");
                }
                throw e;
            }
        }
    }

    private byte[] answerToHello() throws IOException, ProtocolBroken {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        for (int type = records.next(); type != FastCgi.END_REQUEST; type = records.next()) {
            for (int count = records.read(chunk); count > 0; count = records.read(chunk)) {
                if (type == FastCgi.STDOUT) {
                    answer.write(chunk, 0, count);
                }
                if (answer.size() > ResponseHeadParser.MOST_BYTES) {
                    throw new ProtocolBroken(generation + " answers hello with more than 64 KB");
                }
            }
        }
        records.requireComplete();
        return answer.toByteArray();
    }

    private int pidOf(byte[] answer) throws ProtocolBroken {
        String value = ResponseHeadParser.privateHeader(answer, answer.length, "Warren-Pid").orElse("");
        if (!value.matches("[1-9][0-9]{0,8}")) {
            throw new ProtocolBroken(generation + " does not answer hello with its pid");
        }
        return Integer.parseInt(value);
    }

    /**
     * One request and its response.
     *
     * @throws InterpreterDied where its connection ended
     * @throws BadResponse where it broke FastCGI or CGI
     * @throws DeadlineExceeded where it took longer than that
     * @throws IOException where the client's side failed
     */
    void serve(Exchange exchange, RequestBody body, Duration within)
            throws InterpreterDied, BadResponse, DeadlineExceeded, IOException {
        requestsLeft--;
        Response response = new Response(this, exchange);
        try (Deadlines.Watch watch = deadlines.watch(channel, within)) {
            try {
                converse(exchange, body, response);
            } catch (InterpreterGone e) {
                if (watch.isOver()) {
                    throw new DeadlineExceeded(this + " took longer than " + within.toSeconds() + " s", id(),
                        response.headTaken(), e);
                }
                throw new InterpreterDied(this + " ended its connection inside a request", id(), response.isSilent(),
                    response.headTaken(), e);
            } catch (ProtocolBroken e) {
                throw new BadResponse(this + " sent " + e.getMessage(), id(), response.headTaken(), e);
            }
        }
    }

    private void converse(Exchange exchange, RequestBody body, Response response)
            throws InterpreterGone, ProtocolBroken, IOException {
        try {
            send(RequestRecords.head(exchange.parameters()));
            sendStart(body.start());
        } catch (IOException e) {
            throw new InterpreterGone(e);
        }
        if (body.isWhole()) {
            sendEnd();
            response.take();
        } else {
            takeWhileSending(body, response);
        }
    }

    private void sendStart(byte[] start) throws IOException {
        for (int from = 0; from < start.length; from += FastCgi.MOST_CONTENT_BYTES) {
            send(RequestRecords.body(start, from, Math.min(FastCgi.MOST_CONTENT_BYTES, start.length - from)));
        }
    }

    private void sendEnd() throws InterpreterGone {
        try {
            send(RequestRecords.body(chunk, 0, 0));
        } catch (IOException e) {
            throw new InterpreterGone(e);
        }
    }

    /** A large body goes out on a thread of its own: the interpreter may answer before it has read all of it. */
    private void takeWhileSending(RequestBody body, Response response)
            throws InterpreterGone, ProtocolBroken, IOException {
        BodySender sender = new BodySender(body.rest(), channel);
        Thread thread = Thread.ofVirtual().name("body of " + this).start(sender);
        try {
            response.take();
        } finally {
            if (thread.isAlive()) {
                // it answered without reading everything: what is still under way belongs to no later request
                requestsLeft = 0;
                sender.stop();
            }
        }
    }

    private void send(byte[] bytes) throws IOException {
        sendAll(channel, bytes);
    }

    static void sendAll(SocketChannel channel, byte[] bytes) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
            channel.write(left);
        }
    }

    RecordReader records() {
        return records;
    }

    byte[] chunk() {
        return chunk;
    }

    /** What the interpreter says by FastCGI's own standard error. */
    void tellOwner(byte[] bytes, int count) {
        log.tell(generation.virtualHost(), this + " " + new String(bytes, 0, count, StandardCharsets.UTF_8).strip());
    }

    /** Whether it can take another request: its connection is open and nothing lies in it. */
    boolean isReady() {
        if (!channel.isOpen() || requestsLeft <= 0) {
            return false;
        }
        try {
            channel.configureBlocking(false);
            // 0: nothing has come. -1: it has gone. Bytes before a request are an answer to nobody
            boolean empty = channel.read(ByteBuffer.wrap(chunk, 0, 1)) == 0;
            channel.configureBlocking(true);
            return empty;
        } catch (IOException e) {
            return false;
        }
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    boolean isWornOut() {
        return requestsLeft <= 0;
    }

    InterpreterId id() {
        return new InterpreterId(generation, pid);
    }

    int pid() {
        return pid;
    }

    GenerationId generation() {
        return generation;
    }

    /** Ends it: an interpreter exits when its connection ends. */
    void close() {
        try {
            channel.close();
        } catch (IOException gone) {
            // closed either way
        }
    }

    /** As log lines about it begin. */
    @Override
    public String toString() {
        return generation + " pid=" + pid;
    }
}
