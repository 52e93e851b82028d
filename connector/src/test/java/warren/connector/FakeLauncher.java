package warren.connector;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import warren.contract.Answer;
import warren.contract.Ask;
import warren.contract.Frames;
import warren.contract.GenerationId;
import warren.contract.VirtualHost;
import warren.contract.VirtualHostName;

/** Speaks the launcher's side of the contract and starts Perl parents, without switching to anybody. */
final class FakeLauncher implements AutoCloseable {
    private final Path directory;
    private final Answer.Configured configured;
    private final ServerSocketChannel socket;
    private final Map<GenerationId, Process> parents = new ConcurrentHashMap<>();
    private List<VirtualHost> hosts;
    private long revision = 1;
    private int generations;
    private volatile long lastSeen;

    FakeLauncher(Path directory, Answer.Configured configured, List<VirtualHost> hosts) throws IOException {
        this.directory = directory;
        this.configured = configured;
        this.hosts = hosts;
        this.socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        socket.bind(UnixDomainSocketAddress.of(path()));
        Files.setPosixFilePermissions(path(), PosixFilePermissions.fromString("rw-rw-rw-"));
        Thread.ofPlatform().daemon().name("fake launcher").start(this::accept);
    }

    Path path() {
        return directory.resolve("launcher.sock");
    }

    /** The newest revision that the connector has told it knows. */
    long lastSeen() {
        return lastSeen;
    }

    synchronized long replace(List<VirtualHost> changed) {
        hosts = changed;
        revision++;
        notifyAll();
        return revision;
    }

    private void accept() {
        while (socket.isOpen()) {
            try {
                SocketChannel connection = socket.accept();
                Thread.ofVirtual().start(() -> answer(connection));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void answer(SocketChannel connection) {
        try (connection) {
            InputStream in = Channels.newInputStream(connection);
            OutputStream out = Channels.newOutputStream(connection);
            switch (Frames.receiveAsk(in)) {
                case Ask.Configure() -> Frames.send(configured, out);
                case Ask.ListVirtualHosts(long seen, int connector) -> list(seen, out);
                case Ask.Retired retired -> Frames.send(new Answer.Noted(), out);
                case Ask.TellLimits ask -> Frames.send(new Answer.LimitsTold(""), out);
                case Ask.AwaitCredential ask -> Frames.send(new Answer.CredentialAwaited(""), out);
                case Ask.Launch(VirtualHostName name, boolean again) -> Frames.send(launch(name), out);
                case Ask.Stop(GenerationId generation, boolean tellWhere) -> {
                    stop(generation);
                    Frames.send(new Answer.Stopped(), out);
                }
                case Ask.Kill(GenerationId generation, int pid, boolean tellWhere) ->
                    Frames.send(new Answer.Killed(ProcessHandle.of(pid).map(ProcessHandle::destroyForcibly)
                        .orElse(false)), out);
                case Ask.ListGenerations() -> Frames.send(new Answer.EndOfGenerations(false), out);
                case Ask.TellCpuTime ask -> Frames.send(new Answer.CpuTimeTold(0), out);
                case Ask.TellPrivateMemory ask -> Frames.send(new Answer.PrivateMemoryTold(Collections.nCopies(ask.interpreters().size(), 0L)), out);
                case Ask.TellQuota ask -> Frames.send(new Answer.QuotaTold(""), out);
                case Ask.RotateLog rotate -> Frames.send(new Answer.Noted(), out);
                case Ask.ReportReload report -> Frames.send(new Answer.Noted(), out);
            }
        } catch (IOException | InterruptedException e) {
            // The connector went away, or the test is over.
        }
    }

    private synchronized void list(long seen, OutputStream out) throws IOException, InterruptedException {
        lastSeen = seen;
        while (seen == revision) {
            wait(30_000);
        }
        for (VirtualHost host : hosts) {
            Frames.send(new Answer.Listed(host), out);
        }
        Frames.send(new Answer.EndOfList(revision), out);
    }

    private synchronized Answer launch(VirtualHostName name) throws IOException, InterruptedException {
        GenerationId generation = new GenerationId(name, ++generations);
        Path fastCgi = directory.resolve(generation.fileName() + ".sock");
        Path log = directory.resolve(generation.fileName() + ".log");
        new ProcessBuilder("mkfifo", "-m", "0666", log.toString()).inheritIO().start().waitFor();
        Process parent = new ProcessBuilder("perl", directory.resolve("starter.pl").toString(), fastCgi.toString(),
            Integer.toString(RealConnector.UID), "600", log.toString(),
            "/usr/bin/perl", directory.resolve("interpreter.pl").toString()).inheritIO().start();
        parents.put(generation, parent);
        // The real one answers once exec succeeded, with the socket listening before.
        while (!isListening(fastCgi) && parent.isAlive()) {
            Thread.onSpinWait();
        }
        return new Answer.Launched(generation, fastCgi.toString(), log.toString());
    }

    /** chown is the starter's last step but listen. */
    private static boolean isListening(Path socket) throws IOException {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return probe.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            return false;
        }
    }

    private void stop(GenerationId generation) {
        Process parent = parents.remove(generation);
        if (parent != null) {
            end(parent);
        }
    }

    private static void end(Process parent) {
        parent.descendants().forEach(ProcessHandle::destroyForcibly);
        parent.destroyForcibly();
    }

    /** It is gone for the connector; its generations live on. */
    void goAway() throws IOException {
        socket.close();
        Files.deleteIfExists(path());
    }

    @Override
    public void close() throws IOException {
        goAway();
        parents.values().forEach(FakeLauncher::end);
    }
}
