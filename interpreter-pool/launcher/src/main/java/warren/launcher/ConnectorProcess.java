package warren.launcher;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.launcher.cgroup.Cgroup;
import warren.launcher.cgroup.CgroupTree;
import warren.launcher.stage.LaunchPlan;
import warren.launcher.system.PidFd;
import warren.launcher.system.SystemCallFailed;
import warren.launcher.system.UnixSocket;

/**
 * The connector: started through the same launch as an interpreter, as its own user, with the AJP socket as descriptor
 * 0, and started again whenever it ends: at once, and after a longer pause each time where it ends again and again
 * before it has served for a while. Visitors wait meanwhile, so the launch stage for the next one waits beside it.
 */
final class ConnectorProcess {
    private static final Logger LOG = LogManager.getLogger(ConnectorProcess.class);
    private static final Duration KILL = Duration.ofSeconds(5);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(3);

    private final CgroupTree cgroups;
    private final Directories directories;
    private final Notes notes;
    private final WarmStages stages;
    private final UnixSocket ajp;
    private final ConnectorProgram program;
    private final Runnable onEnd;
    private final HandOver handOver;
    private Optional<Running> running = Optional.empty();
    /** Those that hand over, or have. */
    private final Set<Running> earlier = new LinkedHashSet<>();
    private Next next = Next.NONE;
    private volatile boolean stopping;
    private int number;
    private int endsInARow;

    /**
     * The launch stage for the next one.
     *
     * @param needed at zero it is started at once; else when the processors are not the connector's own start's any more
     * @param stage nothing where it could not be started
     */
    private record Next(CountDownLatch needed, CompletableFuture<Optional<Stage>> stage) {
        static final Next NONE = new Next(new CountDownLatch(0), CompletableFuture.completedFuture(Optional.empty()));
    }

    private record Running(WatchedProcess process, Cgroup cgroup, long beganNanos) {
        int pid() {
            return process.pid();
        }
    }

    /**
     * @param handOver is told of each that ends
     * @param onEnd what is to be done whenever it has ended by itself, before it is started again
     */
    ConnectorProcess(CgroupTree cgroups, Directories directories, WarmStages stages, UnixSocket ajp,
            ConnectorProgram program, HandOver handOver, Runnable onEnd) {
        this.handOver = handOver;
        this.cgroups = cgroups;
        this.directories = directories;
        this.notes = new Notes(directories.connectorNotes());
        this.stages = stages;
        this.ajp = ajp;
        this.program = program;
        this.onEnd = onEnd;
    }

    /** Answers for the one of an earlier launcher's from now on. */
    synchronized void takeOver(LeftConnector left) {
        number = left.number();
        LOG.info("connector pid={} taken over, launched {}", left.process().pid(), left.since());
        run(left.process(), left.cgroup());
        next.needed().countDown();
    }

    /** Starts it once; it is not ready yet when this returns. */
    synchronized void start() throws LaunchFailure {
        prepareOutput();
        Optional<Stage> waiting = takeNext();
        number++;
        Stage stage = waiting.isPresent() ? waiting.get() : startStage(number);
        Children.Child child = perform(program.plan(directories.connectorOutput()), stage);
        note(child.pid());
        LOG.info("connector pid={} launched", child.pid());
        run(child, stage.cgroup());
    }

    /**
     * Starts the next one beside the one that runs, which goes on until the next one wants its list. Where that does not come to
     * it, and ends or is ended, the one that runs goes on.
     */
    synchronized void startBeside() throws LaunchFailure {
        Running before = running.orElseThrow();
        earlier.add(before);
        running = Optional.empty();
        try {
            start();
            handOver.begin(before.pid(), running.orElseThrow().pid());
        } catch (LaunchFailure e) {
            earlier.remove(before);
            running = Optional.of(before);
            throw e;
        }
    }

    private void note(int pid) {
        try {
            notes.write(name(), Note.of(pid, Instant.now(), program.user(), program.group(), List.of(), program.fingerprint()));
        } catch (IOException e) {
            LOG.error("connector pid={} has no note for the next launcher: {}", pid, e.getMessage());
        }
    }

    private String name() {
        return "connector." + number;
    }

    private void run(WatchedProcess process, Cgroup cgroup) {
        Running started = new Running(process, cgroup, System.nanoTime());
        running = Optional.of(started);
        int following = number + 1;
        CountDownLatch needed = new CountDownLatch(1);
        next = new Next(needed, CompletableFuture.supplyAsync(() -> startNext(following, needed),
            task -> new Thread(task, "next-connector").start()));
        String name = name();
        process.end().thenAcceptAsync(how -> {
            notes.remove(name);
            ended(started, how);
        }, after -> new Thread(after, "connector-ended").start());
    }

    private Optional<Stage> startNext(int number, CountDownLatch needed) {
        try {
            needed.await(LONG_ENOUGH.toMillis(), TimeUnit.MILLISECONDS);
            return stopping ? Optional.empty() : Optional.of(startStage(number));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (LaunchFailure e) {
            LOG.warn("no launch stage waits for the next connector: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private Stage startStage(int number) throws LaunchFailure {
        Cgroup cgroup = createCgroup(number);
        try {
            return stages.start(List.of(ajp.descriptor()), cgroup);
        } catch (LaunchFailure e) {
            removeCgroup(cgroup);
            throw e;
        }
    }

    private Cgroup createCgroup(int number) throws LaunchFailure {
        try {
            return cgroups.createForConnector(number);
        } catch (IOException e) {
            throw new LaunchFailure("CGROUP", "mkdir", Optional.empty(), e.toString());
        }
    }

    /** One that still waits. */
    private Optional<Stage> takeNext() {
        next.needed().countDown();
        Optional<Stage> stage = next.stage().join();
        next = Next.NONE;
        stage.filter(one -> !one.isAlive()).ifPresent(Stage::kill);
        return stage.filter(Stage::isAlive);
    }

    private static Children.Child perform(LaunchPlan plan, Stage stage) throws LaunchFailure {
        try {
            Children.Child child = stage.launch(plan);
            stage.release();
            return child;
        } catch (LaunchFailure e) {
            stage.kill();
            throw e;
        }
    }

    private void prepareOutput() throws LaunchFailure {
        try {
            ConnectorOutput.prepare(directories.connectorOutput());
        } catch (IOException e) {
            throw new LaunchFailure("connector's output", "open", Optional.empty(), e.toString());
        }
    }

    private void ended(Running one, String how) {
        Duration lived = Duration.ofNanos(System.nanoTime() - one.beganNanos());
        synchronized (this) {
            removeCgroup(one.cgroup());
            boolean hadHandedOver = earlier.remove(one);
            if (!hadHandedOver) {
                running = earlier.stream().filter(before -> !handOver.isToRetire(before.pid())).reduce((first, last) -> last);
                running.ifPresent(earlier::remove);
            }
            // not before: who hears of it looks which one runs now
            handOver.ended(one.pid());
            if (hadHandedOver) {
                LOG.info("the connector pid={} that has handed over {}", one.pid(), how);
                return;
            }
            if (running.isPresent()) {
                LOG.error("the next connector {} after {} s, pid={} goes on; see {}", how, lived.toSeconds(), running.get().pid(),
                    directories.connectorOutput());
                return;
            }
            if (stopping) {
                return;
            }
        }
        LOG.error("the connector {} after {} s; see {}", how, lived.toSeconds(), directories.connectorOutput());
        onEnd.run();
        endsInARow = lived.compareTo(LONG_ENOUGH) > 0 ? 0 : endsInARow;
        while (!startAgain()) {
            LOG.info("it is tried again");
        }
    }

    /** False where it could not be started. */
    private boolean startAgain() {
        try {
            TimeUnit.NANOSECONDS.sleep(pause(endsInARow++).toNanos());
            synchronized (this) {
                if (!stopping) {
                    start();
                }
            }
        } catch (LaunchFailure e) {
            LOG.error("the connector cannot be started: {}", e.getMessage());
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return true;
    }

    /** None before the first time, then 0.1 s and twice as long each time. */
    static Duration pause(int endsBefore) {
        if (endsBefore == 0) {
            return Duration.ZERO;
        }
        Duration pause = SHORTEST_PAUSE.multipliedBy(1L << Math.min(endsBefore - 1, 20));
        return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }

    private static void removeCgroup(Cgroup cgroup) {
        try {
            cgroup.killAndRemove(KILL);
        } catch (IOException e) {
            LOG.error("{}", e.getMessage());
        }
    }

    synchronized Optional<Integer> pid() {
        return running.map(Running::pid);
    }

    /** It does not do what it should: the next one is started as soon as it has ended. */
    void replace() {
        kill(one -> true);
    }

    /** The same, where it is not this one that runs. */
    void replaceUnless(int pid) {
        kill(one -> one.pid() != pid);
    }

    private void kill(Predicate<Running> which) {
        Optional<Running> child;
        synchronized (this) {
            child = running.filter(which);
        }
        child.ifPresent(one -> signal(one.process(), PidFd.SIGKILL));
    }

    /** SIGTERM, and SIGKILL where it has not drained within the given time. */
    void stop(Duration drain) {
        List<WatchedProcess> all = new ArrayList<>();
        synchronized (this) {
            stopping = true;
            running.ifPresent(one -> all.add(one.process()));
            earlier.forEach(one -> all.add(one.process()));
            takeNext().ifPresent(Stage::kill);
        }
        all.forEach(process -> signal(process, PidFd.SIGTERM));
        for (WatchedProcess process : all) {
            if (!endsWithin(process, drain)) {
                LOG.warn("the connector pid={} did not drain within {} s and is killed", process.pid(), drain.toSeconds());
                signal(process, PidFd.SIGKILL);
                endsWithin(process, KILL);
            }
        }
    }

    private static void signal(WatchedProcess process, int signal) {
        try {
            process.signal(signal);
        } catch (SystemCallFailed e) {
            LOG.error("connector pid={}: {}", process.pid(), e.getMessage());
        }
    }

    private static boolean endsWithin(WatchedProcess process, Duration time) {
        try {
            process.end().get(time.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
