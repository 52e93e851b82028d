package warren.pool;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A parent interpreter on a real Unix socket: each connection is a new interpreter, a thread here. */
final class FakeParent implements AutoCloseable {
    private static final AtomicInteger PIDS = new AtomicInteger(100);
    private final Path socket;
    private final ServerSocketChannel listener;
    private final Map<Integer, SocketChannel> alive = new ConcurrentHashMap<>();
    private final FakeInterpreter.Script hello;
    private final FakeInterpreter.Script script;
    final AtomicInteger forked = new AtomicInteger();

    FakeParent(Path socket, FakeInterpreter.Script hello, FakeInterpreter.Script script) throws IOException {
        this.socket = socket;
        this.hello = hello;
        this.script = script;
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(socket), 1000);
        Thread.ofPlatform().daemon().name("fake-parent").start(this::acceptAll);
    }

    private void acceptAll() {
        try {
            while (true) {
                SocketChannel channel = listener.accept();
                int pid = PIDS.incrementAndGet();
                forked.incrementAndGet();
                alive.put(pid, channel);
                Thread.ofPlatform().daemon().name("fake-interpreter-" + pid).start(() -> {
                    new FakeInterpreter(pid, channel).run(hello, script);
                    alive.remove(pid);
                });
            }
        } catch (IOException closed) {
            // As a parent ends.
        }
    }

    /** The pids of those that run, in rising order. */
    List<Integer> pids() {
        return alive.keySet().stream().sorted().toList();
    }

    boolean kill(int pid) {
        SocketChannel channel = alive.get(pid);
        close(channel);
        return channel != null;
    }

    /** Returns when they are gone: a channel that another thread reads is not closed at once. */
    void killAll() {
        alive.values().forEach(FakeParent::close);
        Eventually.holds(alive::isEmpty, () -> "alive: " + alive.keySet());
    }

    /** The parent alone: who is connected stays. */
    void die() {
        try {
            listener.close();
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void close(SocketChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Without waiting: an interpreter may be the one who ends its own parent. */
    @Override
    public void close() {
        die();
        alive.values().forEach(FakeParent::close);
    }
}
