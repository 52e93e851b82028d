package warren.pool;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.Answer;
import warren.contract.GenerationId;
import warren.contract.InterpreterId;
import warren.contract.VirtualHost;
import warren.contract.VirtualHostName;

/**
 * What all pools have in common: the launcher, the owners' logs, the clock, and threads for what no request waits for.
 * The clock's thread ({@code pool-clock}) only starts tasks; each task is a thread of its own ({@code pool-task-N}),
 * so that an owner whose launch hangs holds up no neighbor.
 */
final class Shared implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(Shared.class);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    /** From the end of its connection to the end of an interpreter. */
    private static final Duration FAREWELL = Duration.ofSeconds(5);
    private final LauncherClient launcher;
    private final OwnersLog log;
    private final Path spoolDirectory;
    private final Consumer<GenerationId> changed;
    private final ExecutorService tasks =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("pool-task-", 1).factory());
    private final BackgroundLaunches launches =
        new BackgroundLaunches(BackgroundLaunches.usual(), BackgroundLaunches.LONGEST_HOLD, this);
    private final ScheduledThreadPoolExecutor clock;
    private final CpuWatches cpuWatches = new CpuWatches(this);
    private final Weighing weighing;
    private final Map<VirtualHostName, List<Answer.Running>> found = new ConcurrentHashMap<>();
    /** Whether what is found and not wanted may be another connector's. */
    private volatile boolean keepsUnknown;
    private volatile boolean retired;
    private volatile long launchedNanos = System.nanoTime();
    /** Guarded by this. */
    private int launching;
    private final Semaphore repeatedLaunch = new Semaphore(1, true);

    /** @param changed is told of a generation whose parent has seen its files change; must not block */
    Shared(LauncherClient launcher, OwnersLog log, Path spoolDirectory, Consumer<GenerationId> changed) {
        this.changed = changed;
        this.launcher = launcher;
        this.weighing = new Weighing(launcher, this);
        this.log = log;
        this.spoolDirectory = spoolDirectory;
        this.clock = new ScheduledThreadPoolExecutor(1, work -> {
            Thread thread = new Thread(work, "pool-clock");
            thread.setDaemon(true);
            return thread;
        });
        clock.scheduleWithFixedDelay(() -> run(cpuWatches::look), 1, 1, TimeUnit.SECONDS);
    }

    OwnersLog log() {
        return log;
    }

    SpoolSpace spoolSpace(long most) {
        return new SpoolSpace(spoolDirectory, most);
    }

    /** Does it on a thread of its own. */
    void run(Runnable task) {
        try {
            tasks.execute(() -> {
                try {
                    task.run();
                } catch (RuntimeException e) {
                    LOG.error("a task of a pool failed", e);
                }
            });
        } catch (RejectedExecutionException stopping) {
            LOG.debug("not done any more: the connector is stopping");
        }
    }

    /** Does it on a thread of its own once fewer such launches are under way: for launches that no request waits for. */
    void launchInBackground(Runnable launch) {
        launches.add(launch);
    }

    /** Does it later, on a thread of its own. */
    void after(Duration time, Runnable task) {
        try {
            clock.schedule(() -> run(task), time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException stopping) {
            LOG.debug("not scheduled any more: the connector is stopping");
        }
    }

    /** What the launcher says runs, before the pools are made or changed: each takes what is its own. */
    void found(LauncherClient.Running running) {
        found.clear();
        keepsUnknown = running.shared();
        found.putAll(running.generations().stream().collect(Collectors.groupingBy(one -> one.launched().generation().virtualHost())));
    }

    /** What was found of this virtual host, given once. */
    Found takeFound(VirtualHostName name) {
        List<Answer.Running> taken = found.remove(name);
        return new Found(this, taken == null ? List.of() : taken, keepsUnknown);
    }

    /** What nobody has taken is nobody's: its virtual host is not configured any more. */
    void stopUntaken() {
        found.keySet().forEach(name -> takeFound(name).stopUnless(id -> false));
    }

    /** Launches from its begin to the end of its load are counted, for {@link #retire}. */
    synchronized void launchBegins() {
        launching++;
    }

    synchronized void launchEnds() {
        launching--;
        notifyAll();
    }

    /** From now on nothing is tended, renewed or ended but what requests need that have come. */
    synchronized void retire(Duration atMost) throws InterruptedException {
        retired = true;
        Deadline deadline = Deadline.after(atMost);
        while (launching > 0 && deadline.leftMillis() > 0) {
            wait(deadline.leftMillis());
        }
    }

    /** Whether another connector manages what runs. */
    boolean isRetired() {
        return retired;
    }

    /**
     * A new generation, which is still loading its code.
     *
     * @param afterFailures in a row: one at a time, however many virtual hosts fail, and after all that serves, so that they take of
     *     the machine's processors, which nobody's quota pays for, no more than one does, and what is left
     */
    Generation launch(VirtualHost host, boolean afterFailures) throws LaunchRefusal {
        if (!afterFailures) {
            return launchNow(host, false);
        }
        repeatedLaunch.acquireUninterruptibly();
        try {
            return launchNow(host, true);
        } finally {
            repeatedLaunch.release();
        }
    }

    private Generation launchNow(VirtualHost host, boolean afterFailures) throws LaunchRefusal {
        try {
            Answer.Launched launched = launcher.launch(host.name(), afterFailures);
            launchedNanos = System.nanoTime();
            return generation(new Answer.Running(launched, host.reloads()), host);
        } catch (IOException e) {
            throw new LauncherAway("vhost=" + host.name() + ": the launcher does not answer (" + e.getMessage() + ")");
        }
    }

    /** When the launcher last launched one, as of {@link System#nanoTime}. */
    long launchedNanos() {
        return launchedNanos;
    }

    /** One that runs: its log is read from here on. */
    Generation generation(Answer.Running running, VirtualHost host) {
        GenerationId id = running.launched().generation();
        return new Generation(running, host.pool(), log, log.follow(running.launched(), () -> changed.accept(id)), this::seeOff);
    }

    /** In the background, and again and again while the launcher does not answer: it must not be forgotten. */
    void stop(GenerationId generation) {
        stop(generation, false, Duration.ofSeconds(1));
    }

    /** The same with one that has not loaded in time: it may say in its owner's log where it is, before it goes. */
    void stopLoading(GenerationId generation) {
        stop(generation, true, Duration.ofSeconds(1));
    }

    private void stop(GenerationId generation, boolean tellWhere, Duration pause) {
        run(() -> {
            try {
                launcher.stop(generation, tellWhere);
                LOG.info("{} stopped", generation);
            } catch (IOException e) {
                LOG.error("{} could not be stopped, tried again in {} s: {}", generation, pause.toSeconds(),
                    e.getMessage());
                Duration doubled = pause.multipliedBy(2);
                after(pause, () -> stop(generation, tellWhere,
                    doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled));
            }
        });
    }

    /**
     * In the background: no client waits for it.
     *
     * @param tellWhere whether it may say in its owner's log where it is, before it goes
     */
    void kill(InterpreterId interpreter, boolean tellWhere) {
        run(() -> {
            try {
                boolean found = launcher.kill(interpreter.generation(), interpreter.pid(), tellWhere);
                LOG.debug("{} {}", interpreter, found ? "killed" : "was to be killed and is gone already");
            } catch (IOException e) {
                LOG.error("{} could not be killed: {}", interpreter, e.getMessage());
            }
        });
    }

    /** One that has not ended when it has had time for its destructors and END blocks is killed. */
    private void seeOff(InterpreterId interpreter, BooleanSupplier another) {
        after(FAREWELL, () -> {
            if (!another.getAsBoolean()) {
                kill(interpreter, true);
            }
        });
    }

    /** The limit that an interpreter was killed for which has just ended; empty where it ended otherwise, or nobody knows. */
    Optional<String> quotaReached(GenerationId generation) {
        try {
            return Optional.of(launcher.quotaReached(generation)).filter(reached -> !reached.isEmpty());
        } catch (IOException e) {
            LOG.info("{}: why an interpreter ended is not known: {}", generation, e.getMessage());
            return Optional.empty();
        }
    }

    Weighing weighing() {
        return weighing;
    }

    /** Processor time that an interpreter has taken until now; none where nobody knows. */
    Duration cpuTime(InterpreterId interpreter) {
        try {
            return launcher.cpuTime(interpreter.generation(), interpreter.pid());
        } catch (IOException e) {
            LOG.info("{}: its processor time is not known: {}", interpreter, e.getMessage());
            return Duration.ZERO;
        }
    }

    /** Of requests that take long. */
    CpuWatches cpuWatches() {
        return cpuWatches;
    }

    void reportReload(VirtualHost host, String failure) {
        try {
            launcher.reportReload(host.name(), host.reloads(), failure);
        } catch (IOException e) {
            LOG.error("vhost={} the launcher could not be told of its reload: {}", host.name(), e.getMessage());
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
        tasks.shutdown();
    }
}
