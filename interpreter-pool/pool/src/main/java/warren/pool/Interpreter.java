package warren.pool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.GenerationId;
import warren.contract.InterpreterId;
import warren.contract.PoolSettings;

/**
 * One interpreter: one connection to its generation's socket, one request at a time. Connecting makes it, closing ends
 * it. Used by one thread at a time, whoever borrowed it; {@link #close} by any.
 */
final class Interpreter {
    private static final Logger LOG = LogManager.getLogger(Interpreter.class);
    private static final double LAST_FIFTH = 0.2;
    private static final Map<String, String> HELLO = Map.of("WARREN_HELLO", "1", "REQUEST_METHOD", "GET");

    private final GenerationId generation;
    private final UnixStream stream;
    private final RecordReader records = new RecordReader();
    private final RequestWriter writer = new RequestWriter();
    private final ByteBuffer oneByte = ByteBuffer.allocate(1);
    private final OwnersLog log;
    private OptionalInt pid = OptionalInt.empty();
    private final long madeNanos = System.nanoTime();
    private volatile boolean large;
    private volatile boolean outgrown;
    private int served;
    /** Which part of its last fifth of requests or of its age it is spared, so that not all are replaced at once. */
    private final double earlier = ThreadLocalRandom.current().nextDouble(LAST_FIFTH);
    private Fate fate = Fate.REUSE;
    private String reason = "no longer needed";

    private Interpreter(GenerationId generation, UnixStream stream, OwnersLog log) {
        this.generation = generation;
        this.stream = stream;
        this.log = log;
    }

    /**
     * A new one. Returns once it has answered, and so has loaded the owner's code.
     *
     * @throws IOException where the socket refuses or the connection ends, for its parent has gone, or the parent can
     *     make none
     * @throws LaunchRefusal where it does not answer in time, or not as agreed
     */
    static Interpreter connect(GenerationId generation, Path socket, OwnersLog log, Duration within)
            throws IOException, LaunchRefusal {
        Deadline deadline = Deadline.after(within);
        Interpreter made = new Interpreter(generation, UnixStream.connect(socket, deadline), log);
        boolean greeted = false;
        try {
            made.hello(deadline);
            greeted = true;
            return made;
        } catch (Overrun e) {
            throw new LaunchRefusal(generation + " did not answer within " + within.toMillis() + " ms (WarrenLaunchTimeout)");
        } catch (ProtocolBroken e) {
            throw new LaunchRefusal(generation + " did not answer hello as agreed but sent " + e.getMessage());
        } catch (InterpreterGone e) {
            throw new IOException("the interpreter ended before it answered", e);
        } finally {
            if (!greeted) {
                made.stream.close();
            }
        }
    }

    private void hello(Deadline deadline) throws InterpreterGone, ProtocolBroken, Overrun, IOException {
        Hello hello = new Hello(HELLO);
        try (Delivery delivery = new Delivery(hello, SpoolSpace.inMemory())) {
            Response response = new Response(delivery, false, 0);
            converse(HELLO, hello.channel(), RequestBody.none(), response, delivery,
                Patience.within(Duration.ofNanos(deadline.leftNanos())));
            delivery.finish();
            Optional<String> refused = response.privateHeader("warren-refused");
            if (refused.isPresent()) {
                throw new IOException("it can make no interpreter: " + refused.get());
            }
            takePid(hello, response.privateHeader("warren-pid").orElse(""));
        }
    }

    private void takePid(Hello hello, String value) throws ProtocolBroken {
        if (!hello.isAnswered() || !value.matches("[1-9][0-9]{0,8}")) {
            throw new ProtocolBroken("no status 200 with its pid and an empty body");
        }
        pid = OptionalInt.of(Integer.parseInt(value));
    }

    /**
     * One request and its response. Afterwards {@link #fate} says what is to become of the interpreter, however it
     * ended.
     *
     * @param mostBytes how long the response's body may be; 0 is without limit
     * @throws IOException where the client's side failed
     */
    void serve(Exchange exchange, RequestBody body, Delivery delivery, Patience patience, long mostBytes)
            throws InterpreterDied, BadResponse, DeadlineExceeded, SpoolFull, IOException {
        served++;
        Map<String, String> parameters = withLength(exchange.parameters(), body);
        Response response = new Response(delivery, "HEAD".equals(parameters.get("REQUEST_METHOD")), mostBytes);
        leave(Fate.KILL, "its request failed");
        try {
            judge(converse(parameters, exchange.channel(), body, response, delivery, patience), response);
        } catch (BodyUnreadable e) {
            leave(Fate.KILL, "the rest of its request cannot be read");
            delivery.requireClient();
            throw new SpoolFull("its file cannot be read (" + e.getMessage() + ")", delivery.hasBegun());
        } catch (InterpreterGone e) {
            leave(Fate.KILL, "its connection ended");
            delivery.requireClient();
            throw new InterpreterDied(this + " ended its connection inside a request (" + e.getCause().getMessage()
                + ")", id(), response.isSilent(), delivery.hasBegun(), e);
        } catch (ProtocolBroken e) {
            leave(Fate.KILL, "it broke the protocol");
            delivery.requireClient();
            throw new BadResponse(this + " sent " + e.getMessage(), id(), delivery.hasBegun(), e);
        } catch (Overrun e) {
            leave(Fate.TELL_AND_KILL, "its time was over");
            delivery.requireClient();
            throw new DeadlineExceeded(this + " " + e.getMessage(), id(), delivery.hasBegun(), e);
        }
        delivery.requireClient();
    }

    /** CGI has no chunks: a body has a length (RFC 3875 section 4.1.2), which is known by now. */
    private static Map<String, String> withLength(Map<String, String> parameters, RequestBody body) {
        if (body.length() == 0 || parameters.containsKey("CONTENT_LENGTH")) {
            return parameters;
        }
        Map<String, String> all = new HashMap<>(parameters);
        all.put("CONTENT_LENGTH", Long.toString(body.length()));
        return all;
    }

    private boolean converse(Map<String, String> parameters, Optional<SelectableChannel> client, RequestBody body,
            Response response, Delivery delivery, Patience patience) throws InterpreterGone, ProtocolBroken, Overrun, BodyUnreadable {
        StandardError standardError = new StandardError(line -> log.tell(generation.virtualHost(), line));
        try {
            return new Conversation(stream, records, writer, response, delivery, client, standardError, body, patience)
                .hold(parameters);
        } finally {
            standardError.end();
            writer.trim();
        }
    }

    private void judge(boolean whole, Response response) {
        if (response.hasSurplus()) {
            leave(Fate.KILL, "its body was longer than its Content-Length");
            log.tell(generation.virtualHost(), this + " sent more than its Content-Length; the client got that much");
        } else if (!whole) {
            leave(Fate.CLOSE, "it answered before it had read the whole request");
        } else {
            fate = Fate.REUSE;
            reason = "no longer needed";
        }
    }

    /** Whether it can take another request: its connection is open and nothing lies in it. */
    boolean isReady() {
        if (outgrown) {
            leave(Fate.CLOSE, "it has grown past WarrenInterpMaxPrivate");
            return false;
        }
        oneByte.clear();
        try {
            // 0: nothing has come. -1: it has gone. Bytes before a request are an answer to nobody.
            int count = stream.readNow(oneByte);
            if (count > 0) {
                leave(Fate.KILL, "it spoke without a request");
            } else if (count < 0) {
                leave(Fate.CLOSE, "it had ended while idle");
            }
            return count == 0;
        } catch (IOException e) {
            leave(Fate.CLOSE, "its connection failed while idle");
            return false;
        }
    }

    /** Why it is to be replaced, now that its request is over; empty where it is not. */
    Optional<String> due(PoolSettings settings) {
        int most = settings.maxRequests();
        if (most > 0 && served >= most - (int) (most * earlier)) {
            return Optional.of("it has served PerlInterpMaxRequests");
        }
        long age = settings.recycling().age().toNanos();
        if (System.nanoTime() - madeNanos >= age - (long) (age * earlier)) {
            return Optional.of("it has lived for WarrenInterpMaxAge");
        }
        return outgrown ? Optional.of("it has grown past WarrenInterpMaxPrivate") : Optional.empty();
    }

    /**
     * By any thread. One that has outgrown the most is replaced after its next request, or before that where it is idle.
     *
     * @return whether it has outgrown it now
     */
    boolean weighs(long bytes, long most) {
        large = bytes > most / 2;
        boolean now = bytes > most && !outgrown;
        outgrown |= now;
        return now;
    }

    /** Whether it had more than half of what it may have, when that was looked at. */
    boolean isLarge() {
        return large;
    }

    Fate fate() {
        return fate;
    }

    /** Notes why it will be closed. */
    void leave(Fate wanted, String why) {
        fate = wanted;
        reason = why;
    }

    InterpreterId id() {
        return new InterpreterId(generation, pid());
    }

    int pid() {
        return pid.orElseThrow();
    }

    GenerationId generation() {
        return generation;
    }

    /** Ends it: an interpreter exits when its connection ends. */
    void close() {
        if (stream.isOpen()) {
            LOG.debug("{} closed after {} requests: {}", this, served, reason);
        }
        stream.close();
    }

    /** As log lines about it begin. */
    @Override
    public String toString() {
        return generation + " pid=" + (pid.isPresent() ? pid.getAsInt() : "?");
    }
}
