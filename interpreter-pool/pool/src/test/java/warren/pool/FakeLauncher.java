package warren.pool;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import warren.contract.Answer;
import warren.contract.Ask;
import warren.contract.Frames;
import warren.contract.GenerationId;

/** A launcher at the edge that the pool sees: a real socket that speaks the contract, and generations in this process. */
final class FakeLauncher implements AutoCloseable {
    private final Path directory = Files.createTempDirectory("warren-pool");
    private final ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    private final AtomicInteger numbers = new AtomicInteger();
    private final ConcurrentHashMap<GenerationId, FakeGeneration> running = new ConcurrentHashMap<>();
    final List<Ask> asks = new CopyOnWriteArrayList<>();
    volatile FakeGeneration.Behavior behavior = FakeGeneration.POLITE;
    volatile Optional<String> refusal = Optional.empty();

    FakeLauncher() throws IOException {
        socket.bind(UnixDomainSocketAddress.of(path()));
        Thread.ofVirtual().start(this::acceptForever);
    }

    Path path() {
        return directory.resolve("launcher.sock");
    }

    private void acceptForever() {
        while (socket.isOpen()) {
            try {
                SocketChannel connection = socket.accept();
                Thread.ofVirtual().start(() -> serve(connection));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(SocketChannel connection) {
        try (connection) {
            Ask ask = Frames.receiveAsk(Channels.newInputStream(connection));
            asks.add(ask);
            Frames.send(answer(ask), Channels.newOutputStream(connection));
        } catch (IOException gone) {
            // the client has had enough
        }
    }

    private Answer answer(Ask ask) throws IOException {
        return switch (ask) {
            case Ask.Launch launch when refusal.isPresent() ->
                new Answer.LaunchFailed(launch.virtualHost(), "IDENTITY", "setuid", Optional.of("EPERM"), refusal.get());
            case Ask.Launch launch -> launch(launch);
            case Ask.Stop stop -> {
                Optional.ofNullable(running.remove(stop.generation())).ifPresent(FakeGeneration::close);
                yield new Answer.Stopped();
            }
            case Ask.Kill kill -> new Answer.Killed(running.containsKey(kill.generation()));
            case Ask.ReportReload report -> new Answer.Noted();
            default -> throw new IOException("not asked here");
        };
    }

    private Answer launch(Ask.Launch launch) throws IOException {
        GenerationId id = new GenerationId(launch.virtualHost(), numbers.incrementAndGet());
        Path at = directory.resolve(id.fileName() + ".sock");
        running.put(id, new FakeGeneration(at, behavior));
        return new Answer.Launched(id, at.toString(), "/dev/null");
    }

    FakeGeneration only() {
        return running.values().iterator().next();
    }

    int runningCount() {
        return running.size();
    }

    long count(Class<? extends Ask> type) {
        return asks.stream().filter(type::isInstance).count();
    }

    @Override
    public void close() throws IOException {
        socket.close();
        running.values().forEach(FakeGeneration::close);
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
