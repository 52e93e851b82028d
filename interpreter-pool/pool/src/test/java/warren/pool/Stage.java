package warren.pool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import warren.contract.Answer;
import warren.contract.Deadlines;
import warren.contract.HealthCheck;
import warren.contract.PoolSettings;
import warren.contract.Route;
import warren.contract.SpoolLimits;
import warren.contract.VirtualHost;
import warren.contract.VirtualHostName;

/** One virtual host "alice" with its pool, on a fake launcher. Everything it makes goes with {@link #close}. */
final class Stage implements AutoCloseable {
    static final VirtualHostName ALICE = new VirtualHostName("alice");
    static final FakeInterpreter.Script HELLO =
        me -> me.say("Status: 200\r\nWarren-Pid: " + me.pid + "\r\n\r\n").end();
    static final FakeInterpreter.Script OK =
        me -> me.say("Content-Type: text/plain\r\n\r\npid=" + me.pid).end();

    final List<String> told = new CopyOnWriteArrayList<>();
    final List<Answer.Launched> followed = new CopyOnWriteArrayList<>();
    /** What each followed generation's log says when its files have changed. */
    final List<Runnable> changed = new CopyOnWriteArrayList<>();
    final FakeLauncher launcher;
    final Pools pools;
    private final Path directory;
    private VirtualHost host;

    Stage(PoolSettings settings, FakeInterpreter.Script script) throws IOException {
        this(settings, (generation, socket) -> new FakeParent(socket, HELLO, script));
    }

    Stage(PoolSettings settings, FakeLauncher.Start start) throws IOException {
        directory = Files.createTempDirectory("warren-pool");
        launcher = new FakeLauncher(directory, start);
        pools = new Pools(new LauncherClient(launcher.socket()), new OwnersLog() {
            @Override
            public Followed follow(Answer.Launched generation, Runnable itsFilesChanged) {
                followed.add(generation);
                changed.add(itsFilesChanged);
                return () -> Optional.of("last words of " + generation.generation().number());
            }

            @Override
            public void tell(VirtualHostName name, String sentence) {
                told.add(sentence);
            }
        }, directory);
        host = host(settings, 0, Optional.empty());
        pools.update(List.of(host));
    }

    static VirtualHost host(PoolSettings settings, long reloads, Optional<String> quarantine) {
        return new VirtualHost(ALICE, Optional.empty(), "/srv/alice", List.of(), true, settings, reloads, quarantine);
    }

    /** Max, and nothing waits, starts or stays ahead; the deadlines are long. */
    static PoolSettings settings(int max) {
        Duration longer = Duration.ofSeconds(20);
        return new PoolSettings(0, max, 0, max, 0, 10_000, 100, new Deadlines(longer, longer, longer, longer, longer,
            longer, Duration.ofMinutes(10), longer, longer), SpoolLimits.DEFAULT);
    }

    Path directory() {
        return directory;
    }

    void reload() {
        host = new VirtualHost(ALICE, Optional.empty(), host.documentRoot(), host.routes(), true, host.pool(), host.logRotation(),
            host.reloads() + 1, host.quarantine(), host.healthCheck(), host.ownerUid());
        pools.update(List.of(host));
    }

    void use(HealthCheck check) {
        host = new VirtualHost(ALICE, Optional.empty(), "/srv/alice", List.of(new Route.Application("/app", "/srv/alice/app.psgi")), true,
            host.pool(), host.logRotation(), host.reloads(), Optional.empty(), Optional.of(check), OptionalLong.empty());
        pools.update(List.of(host));
    }

    void use(PoolSettings settings) {
        host = host(settings, host.reloads(), host.quarantine());
        pools.update(List.of(host));
    }

    FakeExchange get() throws Exception {
        return serve(FakeExchange.get());
    }

    FakeExchange serve(FakeExchange exchange) throws Exception {
        pools.of(ALICE).serve(exchange);
        return exchange;
    }

    PoolStatus status() {
        return pools.status().getFirst();
    }

    /** What the pool says is alive, and what is. */
    void countersEqualReality() {
        Eventually.holds(() -> alive().equals(pids()), () -> "alive " + alive() + ", in the pool " + pids());
        Eventually.equal(0, () -> status().busy());
        Eventually.equal(0, () -> status().waiting());
        Eventually.holds(() -> alive().size() == status().total(), () -> "total " + status());
    }

    private List<Integer> pids() {
        return status().generations().stream()
            .flatMap(generation -> generation.pids().stream()).sorted().toList();
    }

    List<Integer> alive() {
        List<Integer> all = new ArrayList<>();
        launcher.parents.values().forEach(parent -> all.addAll(parent.pids()));
        all.sort(Comparator.naturalOrder());
        return all;
    }

    @Override
    public void close() throws IOException {
        pools.close();
        launcher.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                // a generation that is just ending removes its own
                Files.deleteIfExists(file);
            }
        }
    }
}
