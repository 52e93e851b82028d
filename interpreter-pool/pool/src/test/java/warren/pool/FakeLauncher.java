package warren.pool;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import warren.contract.Answer;
import warren.contract.Ask;
import warren.contract.Frames;
import warren.contract.GenerationId;
import warren.contract.VirtualHost;
import warren.contract.VirtualHostName;

/** A launcher on a real Unix socket that speaks the contract and launches {@link FakeParent}s. */
final class FakeLauncher implements AutoCloseable {
    /** Starts a parent for a generation, or says why not. */
    interface Start {
        FakeParent start(GenerationId generation, Path socket) throws IOException;
    }

    final AtomicInteger launches = new AtomicInteger();
    /** Of those how many come after failures in a row. */
    final AtomicInteger afterFailures = new AtomicInteger();
    final List<GenerationId> stopped = new CopyOnWriteArrayList<>();
    final List<Integer> killed = new CopyOnWriteArrayList<>();
    final List<Ask.ReportReload> reports = new CopyOnWriteArrayList<>();
    /** What the kernel is said to have killed for; nothing where it has not. */
    volatile String reached = "";
    volatile long privateBytes;
    final AtomicInteger weighings = new AtomicInteger();
    /** Processor time that an interpreter is said to take between two looks. */
    volatile long cpuMillisBetweenLooks;
    private final AtomicLong cpuMillis = new AtomicLong();
    final Map<GenerationId, FakeParent> parents = new ConcurrentHashMap<>();
    volatile List<VirtualHost> listed = List.of();
    volatile CountDownLatch mayLaunch = new CountDownLatch(0);
    volatile Optional<String> refusal = Optional.empty();
    volatile Start start;
    private volatile Optional<Path> other = Optional.empty();
    private final Path directory;
    private ServerSocketChannel listener;
    private Thread accepting;

    FakeLauncher(Path directory, Start start) throws IOException {
        this.directory = directory;
        this.start = start;
        comeBack();
    }

    /** What it launched lives on. */
    void goAway() throws IOException {
        stopListening();
        Files.delete(socket());
    }

    /** The kernel lets who connects in until the accept that waits has returned, which is after the close. */
    private void stopListening() throws IOException {
        listener.close();
        try {
            accepting.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("while the fake launcher stops listening");
        }
    }

    void comeBack() throws IOException {
        ServerSocketChannel opened = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        opened.bind(UnixDomainSocketAddress.of(socket()), 1000);
        listener = opened;
        accepting = Thread.ofPlatform().daemon().name("fake-launcher").start(() -> acceptAll(opened));
    }

    Path socket() {
        return directory.resolve("launcher.sock");
    }

    private void acceptAll(ServerSocketChannel from) {
        try {
            while (true) {
                SocketChannel channel = from.accept();
                Thread.ofPlatform().daemon().name("fake-launcher-ask").start(() -> answer(channel));
            }
        } catch (IOException closed) {
            // As a launcher ends.
        }
    }

    private void answer(SocketChannel channel) {
        try (channel) {
            InputStream in = Channels.newInputStream(channel);
            OutputStream out = Channels.newOutputStream(channel);
            switch (Frames.receiveAsk(in)) {
                case Ask.Launch(VirtualHostName name, boolean again) -> {
                    afterFailures.addAndGet(again ? 1 : 0);
                    Frames.send(launch(name), out);
                }
                case Ask.Stop(GenerationId generation, boolean tellWhere) -> {
                    FakeParent parent = parents.remove(generation);
                    if (parent != null) {
                        parent.close();
                    }
                    stopped.add(generation);
                    Frames.send(new Answer.Stopped(), out);
                }
                case Ask.Kill(GenerationId generation, int pid, boolean tellWhere) -> {
                    FakeParent parent = parents.get(generation);
                    boolean found = parent != null && parent.kill(pid);
                    killed.add(pid);
                    Frames.send(new Answer.Killed(found), out);
                }
                case Ask.ListGenerations() -> {
                    for (GenerationId generation : parents.keySet()) {
                        Frames.send(new Answer.Running(launched(generation), 0), out);
                    }
                    Frames.send(new Answer.EndOfGenerations(false), out);
                }
                case Ask.ReportReload report -> {
                    reports.add(report);
                    Frames.send(new Answer.Noted(), out);
                }
                case Ask.TellCpuTime ask -> Frames.send(new Answer.CpuTimeTold(cpuMillis.addAndGet(cpuMillisBetweenLooks)), out);
                case Ask.TellPrivateMemory ask -> {
                    weighings.incrementAndGet();
                    Frames.send(new Answer.PrivateMemoryTold(Collections.nCopies(ask.interpreters().size(), privateBytes)), out);
                }
                case Ask.TellQuota ask -> Frames.send(new Answer.QuotaTold(reached), out);
                case Ask.RotateLog rotate -> Frames.send(new Answer.Noted(), out);
                case Ask.ListVirtualHosts(long seen, int connector) -> {
                    for (VirtualHost host : listed) {
                        Frames.send(new Answer.Listed(host), out);
                    }
                    Frames.send(new Answer.EndOfList(seen + 1), out);
                }
                case Ask.Retired retired -> Frames.send(new Answer.Noted(), out);
                case Ask.TellLimits ask -> Frames.send(new Answer.LimitsTold(""), out);
                case Ask.AwaitCredential ask -> Frames.send(new Answer.CredentialAwaited(""), out);
                case Ask.Configure() -> Frames.send(
                    new Answer.Configured("secret", "/ajp", 8192, "/work", "/log", "/owners", "/spool", "/asks"), out);
            }
        } catch (IOException | InterruptedException e) {
            // The asker has gone.
        }
    }

    private Answer launch(VirtualHostName name) throws InterruptedException {
        int number = launches.incrementAndGet();
        mayLaunch.await();
        if (refusal.isPresent()) {
            return new Answer.LaunchFailed(name, "set user", "setuid", Optional.of("EAGAIN"), refusal.get());
        }
        GenerationId generation = new GenerationId(name, number);
        if (other.isPresent()) {
            return new Answer.Launched(generation, other.get().toString(), directory.resolve("log").toString());
        }
        Path socket = directory.resolve(number + ".sock");
        try {
            parents.put(generation, start.start(generation, socket));
        } catch (IOException e) {
            return new Answer.LaunchFailed(name, "execute", "execve", Optional.empty(), e.getMessage());
        }
        return launched(generation);
    }

    private Answer.Launched launched(GenerationId generation) {
        return new Answer.Launched(generation, directory.resolve(generation.number() + ".sock").toString(),
            directory.resolve(generation.number() + ".log").toString());
    }

    /** Launches nothing any more: whoever listens there is every generation. */
    void answerWith(Path socket) {
        other = Optional.of(socket);
    }

    FakeParent parent(int generation) {
        return parents.entrySet().stream().filter(entry -> entry.getKey().number() == generation)
            .findFirst().orElseThrow().getValue();
    }

    @Override
    public void close() throws IOException {
        stopListening();
        parents.values().forEach(FakeParent::close);
    }
}
