package warren.pool;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.stream.Collectors;
import warren.contract.Answer;
import warren.contract.GenerationId;
import warren.contract.VirtualHost;
import warren.contract.VirtualHostName;

/** All pools, one for each virtual host and service that is configured. An idle one costs this object and no thread. */
public final class Pools implements AutoCloseable {
    private final Shared shared;
    private final Map<VirtualHostName, InterpreterPool> byName = new ConcurrentHashMap<>();

    /**
     * @param launcher makes and ends generations
     * @param log is told what owners should know
     * @param spoolDirectory where bodies and responses go that are too long for memory; nobody else's
     */
    public Pools(LauncherClient launcher, OwnersLog log, Path spoolDirectory) {
        this.shared = new Shared(launcher, log, spoolDirectory, this::changed);
    }

    /**
     * Makes the pools what this list says: new ones, changed ones, removed ones drained and stopped. A virtual host
     * whose {@code reloads} grew is renewed in the background: a new generation is launched beside the old one, takes
     * over once it has loaded, and the launcher is told the outcome, exactly once.
     *
     * @see #takeOver
     */
    public void update(List<VirtualHost> virtualHosts) {
        update(virtualHosts, InterpreterPool::serves);
    }

    /** @param isDone whether a pool need not be told of its virtual host */
    private void update(List<VirtualHost> virtualHosts, BiPredicate<InterpreterPool, VirtualHost> isDone) {
        Map<VirtualHostName, VirtualHost> wanted =
            virtualHosts.stream().collect(Collectors.toMap(VirtualHost::name, Function.identity()));
        byName.entrySet().removeIf(entry -> {
            boolean gone = !wanted.containsKey(entry.getKey());
            if (gone) {
                entry.getValue().remove();
            }
            return gone;
        });
        List<VirtualHost> changed = virtualHosts.stream().filter(host -> {
            InterpreterPool pool = byName.get(host.name());
            return pool == null || !isDone.test(pool, host);
        }).toList();
        // they are renewed in this order
        busiestFirst(changed).forEach(host -> {
            InterpreterPool pool = byName.get(host.name());
            if (pool == null) {
                byName.put(host.name(), new InterpreterPool(host, shared));
            } else {
                pool.update(host);
            }
        });
    }

    private List<VirtualHost> busiestFirst(List<VirtualHost> virtualHosts) {
        // counted once: the counts grow while they are compared
        Map<VirtualHost, Long> requests = new IdentityHashMap<>();
        virtualHosts.forEach(host -> requests.put(host, Optional.ofNullable(byName.get(host.name())).map(InterpreterPool::requests).orElse(0L)));
        return virtualHosts.stream().sorted(Comparator.comparing(requests::get, Comparator.reverseOrder())).toList();
    }

    /**
     * {@link #update}, and what runs and no pool here knows is taken over: where nothing of ours serves, the newest
     * that is good does; the rest is stopped, unless a connector that has retired may serve with it. For the first list, and for
     * the first of another launcher.
     *
     * @param running asked for after the list
     */
    public void takeOver(List<VirtualHost> virtualHosts, LauncherClient.Running running) {
        shared.found(running);
        update(virtualHosts, (pool, host) -> false);
        shared.stopUntaken();
    }

    /**
     * Another connector takes over: from now on only the requests that have come are served. Waits a moment for launches that
     * are under way, so that the next one finds them.
     */
    public void retire(Duration atMost) throws InterruptedException {
        shared.retire(atMost);
        byName.values().forEach(InterpreterPool::retire);
    }

    /** By a thread that must not wait. */
    private void changed(GenerationId generation) {
        InterpreterPool pool = byName.get(generation.virtualHost());
        if (pool != null) {
            pool.renew(Optional.of(generation));
        }
    }

    /** @throws LaunchFailed where no such virtual host is configured any more */
    public InterpreterPool of(VirtualHostName name) throws LaunchFailed {
        InterpreterPool pool = byName.get(name);
        if (pool == null) {
            throw new LaunchFailed("vhost=" + name + " is not configured any more", Duration.ofSeconds(5), null);
        }
        return pool;
    }

    /** Each pool at this moment, by name. */
    public List<PoolStatus> status() {
        return byName.values().stream().map(InterpreterPool::status)
            .sorted((one, other) -> one.name().compareTo(other.name())).toList();
    }

    /** Closes every connection to an interpreter. Generations stay: they are the launcher's. */
    @Override
    public void close() {
        byName.values().forEach(InterpreterPool::close);
        shared.close();
    }
}
