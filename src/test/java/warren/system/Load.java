package warren.system;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Visitors that come at random moments, so many a second in all, until it is stopped: half of their requests have
 * bodies, half of the visitors keep their connections. What became of each request is told.
 */
final class Load {
    private static final int VISITORS = 48;
    private static final int MOST_ON_ONE_CONNECTION = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final long LATE_NANOS = Duration.ofSeconds(1).toNanos();
    private static final AtomicLong LAST_ID = new AtomicLong();

    private final int port;
    private final List<String> hosts;
    private final long intervalNanos;
    private final Queue<LoadResult> results = new ConcurrentLinkedQueue<>();
    private final List<Thread> visitors = new ArrayList<>();
    private final Set<String> sentAgain = ConcurrentHashMap.newKeySet();
    private final long began = System.nanoTime();
    private volatile boolean stopping;

    private Load(int port, List<String> hosts, int perSecond) {
        this.port = port;
        this.hosts = hosts;
        this.intervalNanos = TimeUnit.SECONDS.toNanos(VISITORS) / perSecond;
    }

    static Load start(Machine machine, int perSecond, String... owners) {
        return start(machine.port(), perSecond, List.of(owners));
    }

    static Load start(int port, int perSecond, List<String> owners) {
        Load load = new Load(port, owners.stream().map(owner -> owner + ".localhost").toList(), perSecond);
        for (int i = 0; i < VISITORS; i++) {
            boolean keeps = i % 2 == 0;
            load.visitors.add(Thread.ofVirtual().start(() -> load.visit(keeps)));
        }
        return load;
    }

    static String nextId() {
        return "id-" + Long.toHexString(System.nanoTime()) + "-" + LAST_ID.incrementAndGet();
    }

    private void visit(boolean keeps) {
        Random random = new Random();
        Optional<Wire> kept = Optional.empty();
        int left = 0;
        long next = System.nanoTime() + (long) (random.nextDouble() * intervalNanos);
        while (comes(next)) {
            if (kept.isEmpty()) {
                left = keeps ? 1 + random.nextInt(MOST_ON_ONE_CONNECTION) : 1;
            }
            left--;
            kept = run(Errand.random(nextId(), hosts.get(random.nextInt(hosts.size())), random), kept, left == 0);
            // exponential: as strangers come
            next = Math.max(next, System.nanoTime() - LATE_NANOS) - (long) (Math.log(1 - random.nextDouble()) * intervalNanos);
        }
        kept.ifPresent(Load::close);
    }

    /** Waits for the moment; false where there is none any more. */
    private boolean comes(long moment) {
        while (!stopping && moment - System.nanoTime() > 0) {
            LockSupport.parkNanos(moment - System.nanoTime());
        }
        return !stopping;
    }

    /** How many requests have been answered, or have failed. */
    int count() {
        return results.size();
    }

    /** One more visitor, now, on the caller's thread. */
    LoadResult run(Errand errand) {
        LoadResult result = askOnNew(errand, System.nanoTime(), true).result;
        results.add(result);
        return result;
    }

    private Optional<Wire> run(Errand errand, Optional<Wire> kept, boolean last) {
        Optional<Wire> open = kept.filter(Load::isOpen);
        kept.filter(wire -> open.isEmpty()).ifPresent(Load::close);
        long start = System.nanoTime();
        Ended ended = open.isPresent() ? askOnKept(errand, start, open.get(), last) : askOnNew(errand, start, last);
        results.add(ended.result);
        return ended.kept;
    }

    /**
     * httpd may close a kept connection between two requests, and does where it is reloaded or short of threads: a new one then.
     * What got not a byte of an answer is sent again by that, as browsers do with every method. (RFC 9112 section 9.3.1 wants to
     * be sure that nobody has served it: {@link LoadReport#requireOnce} looks.)
     */
    private Ended askOnKept(Errand errand, long start, Wire kept, boolean last) {
        try {
            return ask(errand, start, kept, last);
        } catch (Wire.Unanswered e) {
            sentAgain.add(errand.id());
            return askOnNew(errand, start, last);
        }
    }

    /** Takes a millisecond where it is. */
    private static boolean isOpen(Wire wire) {
        try {
            return wire.isOpen();
        } catch (IOException e) {
            return false;
        }
    }

    private record Ended(LoadResult result, Optional<Wire> kept) { }

    private Ended askOnNew(Errand errand, long start, boolean last) {
        try {
            return ask(errand, start, new Wire(port, PATIENCE), last);
        } catch (Wire.Unanswered e) {
            return new Ended(result(errand, Outcome.CUT, 0, e.toString(), start), Optional.empty());
        } catch (IOException e) {
            return new Ended(result(errand, Outcome.NO_CONNECTION, 0, e.toString(), start), Optional.empty());
        }
    }

    /** @throws Wire.Unanswered where the connection ends without a byte of an answer */
    private static Ended ask(Errand errand, long start, Wire wire, boolean last) throws Wire.Unanswered {
        int status = 0;
        try {
            send(errand, wire, last);
            Wire.Head head = wire.head();
            status = head.status();
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            wire.body(head, (bytes, count) -> body.write(bytes, 0, count));
            LoadResult result = judge(errand, status, body, start);
            if (!last && head.keepsConnection()) {
                return new Ended(result, Optional.of(wire));
            }
            close(wire);
            return new Ended(result, Optional.empty());
        } catch (Wire.Unanswered e) {
            close(wire);
            throw e;
        } catch (IOException e) {
            close(wire);
            return new Ended(result(errand, Outcome.CUT, status, e.toString(), start), Optional.empty());
        }
    }

    private static void send(Errand errand, Wire wire, boolean last) throws IOException {
        try {
            errand.send(wire, last);
        } catch (SocketException e) {
            throw new Wire.Unanswered(e.toString());
        }
    }

    private static LoadResult judge(Errand errand, int status, ByteArrayOutputStream body, long start) {
        if (status >= 500) { // 500 is httpd's own, where the connector ended inside the request
            return result(errand, Outcome.REFUSED, status, "", start);
        }
        String fault = status == 200 ? errand.faultOf(body) : body.toString();
        return result(errand, fault.isEmpty() ? Outcome.GOOD : Outcome.WRONG, status, fault, start);
    }

    private static LoadResult result(Errand errand, Outcome outcome, int status, String detail, long start) {
        return new LoadResult(errand, outcome, status, detail, start, System.nanoTime());
    }

    private static void close(Wire wire) {
        try {
            wire.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What has ended until now. */
    LoadReport soFar() {
        return new LoadReport(List.copyOf(results), Set.copyOf(sentAgain), Duration.ofNanos(System.nanoTime() - began));
    }

    /** Lets every request end. */
    LoadReport stop() throws InterruptedException {
        stopping = true;
        visitors.forEach(LockSupport::unpark);
        for (Thread visitor : visitors) {
            visitor.join();
        }
        return soFar();
    }
}
