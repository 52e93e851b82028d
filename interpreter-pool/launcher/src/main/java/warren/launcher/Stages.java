package warren.launcher;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import warren.launcher.cgroup.Cgroup;
import warren.launcher.cgroup.CgroupTree;
import warren.launcher.stage.Preparation;
import warren.launcher.system.Descriptors;
import warren.launcher.system.OwnProcesses;
import warren.launcher.system.PosixSpawn;
import warren.launcher.system.SystemCallFailed;

/**
 * Launch stages: a few are kept warm, and the next is started when one is taken; a moment later, unless somebody waits
 * for it, so that its start does not take the processors from the launch that has just begun. However many launches are
 * asked for, no more stages start at a time than there are processors; a launch that finds none warm gets the next that
 * is ready, first come, first served. A stage that died while it waited is passed over.
 */
final class Stages implements AutoCloseable {
    private static final int STANDARD_ERROR = 2;
    /** A start keeps one processor busy. */
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
    /** A launch and the owner's first answer are over by then, where the code is small. */
    private static final Duration MOMENT = Duration.ofMillis(150);
    /** So long a launch after failures waits for a start that comes after all that serves. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final Children children;
    private final StageProgram program;
    private final boolean ownProcesses;
    private final Preparation preparation;
    private final CgroupTree cgroups;
    private final List<String> environment;
    private final Queue<Stage> warm = new ArrayDeque<>();
    private final Queue<CompletableFuture<Stage>> launches = new ArrayDeque<>();
    /** Those after failures in a row. */
    private final Queue<CompletableFuture<Stage>> later = new ArrayDeque<>();
    private int kept;
    private int starting;

    /**
     * @param ownProcesses whether each is process 1 of a PID namespace of its own
     * @param preparation what each does before it waits
     */
    Stages(Children children, StageProgram program, CgroupTree cgroups, boolean ownProcesses, Preparation preparation) {
        this.children = children;
        this.ownProcesses = ownProcesses;
        this.preparation = preparation;
        this.program = program;
        this.cgroups = cgroups;
        // nothing of our own environment: JAVA_TOOL_OPTIONS, LD_PRELOAD and the like have no say
        this.environment = List.of("PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "MALLOC_ARENA_MAX=1");
    }

    /** From now on, until {@link #close}, so many are warm or just starting. */
    synchronized void keepWarm(int count) {
        if (kept != count) {
            kept = count;
            startMissing(Duration.ZERO);
        }
    }

    /** How many have started and wait for a plan. */
    synchronized int warm() {
        return warm.size();
    }

    private synchronized void startMissing(Duration pause) {
        int missing = kept + launches.size() + later.size() - warm.size();
        // what nobody waits for leaves half of the machine to the interpreters
        int most = launches.isEmpty() ? Math.max(1, PROCESSORS / 2) : PROCESSORS;
        while (starting < Math.min(missing, most)) {
            starting++;
            Thread thread = new Thread(() -> startOne(pause), "warm-stage");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void startOne(Duration pause) {
        try {
            if (awaitLaunch(pause)) {
                handOver(start());
            } else {
                hasStarted();
            }
        } catch (LaunchFailure | RuntimeException | Error e) {
            failed(e);
        }
    }

    /** Until one is asked for or the time is over; whether it is still wanted. */
    private synchronized boolean awaitLaunch(Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (launches.isEmpty() && later.isEmpty() && kept > 0 && TimedWait.on(this, deadline)) {
            continue;
        }
        return !launches.isEmpty() || !later.isEmpty() || kept > 0;
    }

    private synchronized void handOver(Stage stage) {
        CompletableFuture<Stage> launch = nextLaunch();
        if (launch != null) {
            launch.complete(stage);
        } else if (warm.size() < kept) {
            warm.add(stage);
        } else {
            stage.kill();
        }
        hasStarted();
    }

    /** Told to one launch; where none waits, the next one tries again and hears of it if it fails once more. */
    private synchronized void failed(Throwable failure) {
        CompletableFuture<Stage> launch = nextLaunch();
        if (launch != null) {
            launch.completeExceptionally(failure);
        }
        starting--;
        if (!launches.isEmpty() || !later.isEmpty()) {
            startMissing(Duration.ZERO);
        }
        notifyAll();
    }

    /** Null where none waits. */
    private CompletableFuture<Stage> nextLaunch() {
        return launches.isEmpty() ? later.poll() : launches.poll();
    }

    private void hasStarted() {
        starting--;
        startMissing(Duration.ZERO);
        notifyAll();
    }

    /** A warm one; where there is none in working order, the next that has started. */
    Stage take() throws LaunchFailure {
        return await(next(false));
    }

    /**
     * The same for a launch after failures in a row: the last warm one is left to others, who go first, and a start comes after all
     * that serves, as where nobody waits for it; for some seconds, lest a busy machine starts none at all.
     */
    Stage takeAfterFailures() throws LaunchFailure {
        return await(next(true));
    }

    private static Stage await(CompletableFuture<Stage> next) throws LaunchFailure {
        try {
            return next.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof LaunchFailure failure) {
                throw failure;
            }
            throw e;
        }
    }

    private synchronized CompletableFuture<Stage> next(boolean afterFailures) {
        CompletableFuture<Stage> launch = new CompletableFuture<>();
        takeWarm(launch, afterFailures ? 1 : 0);
        if (!launch.isDone() && afterFailures) {
            later.add(launch);
            CompletableFuture.delayedExecutor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).execute(() -> hurry(launch));
        } else if (!launch.isDone()) {
            launches.add(launch);
            hurry(launch);
        }
        notifyAll();
        startMissing(MOMENT);
        return launch;
    }

    /** @param left how many warm ones stay for others */
    private void takeWarm(CompletableFuture<Stage> launch, int left) {
        while (!launch.isDone() && warm.size() > left) {
            Stage stage = warm.remove();
            if (stage.isAlive()) {
                launch.complete(stage);
            } else {
                stage.kill();
            }
        }
    }

    /** Until it has one, what starts has its turn beside what serves. */
    private void hurry(CompletableFuture<Stage> launch) {
        cgroups.starting().awaited(1);
        launch.whenComplete((stage, failure) -> cgroups.starting().awaited(-1));
    }

    private Stage start() throws LaunchFailure {
        try {
            return start(List.of(), cgroups.createForStage(), cgroups.starting()::take);
        } catch (IOException e) {
            throw new LaunchFailure("CGROUP", "mkdir", Optional.empty(), e.toString());
        }
    }

    /**
     * A fresh one that inherits further descriptors from 3 on, and that somebody waits for.
     *
     * @param inherited of our own, 64 or above
     * @param cgroup what it will run in; removed where it does not start
     */
    Stage start(List<Integer> inherited, Cgroup cgroup) throws LaunchFailure {
        return start(inherited, cgroup, pid -> { });
    }

    private Stage start(List<Integer> inherited, Cgroup cgroup, IntConsumer spawned) throws LaunchFailure {
        try {
            return spawn(inherited, cgroup, spawned);
        } catch (SystemCallFailed e) {
            throw new LaunchFailure("start of a launch stage", e.call(), Optional.of(e.errno()),
                Hints.of(e.call(), e.errno()));
        }
    }

    private Stage spawn(List<Integer> inherited, Cgroup cgroup, IntConsumer spawned) throws SystemCallFailed, LaunchFailure {
        Descriptors.Pipe plan = Descriptors.pipe();
        Descriptors.Pipe report = Descriptors.pipe();
        int error = Descriptors.copy(STANDARD_ERROR);
        try {
            List<Integer> descriptors = new ArrayList<>(List.of(plan.readEnd(), report.writeEnd(), error));
            descriptors.addAll(inherited);
            Children.Child child = children.spawn(() -> start(cgroup, descriptors));
            spawned.accept(child.pid());
            Stage stage = new Stage(child, cgroup, plan.writeEnd(), report.readEnd());
            closeAll(plan.readEnd(), report.writeEnd(), error);
            prepare(stage);
            return stage;
        } catch (SystemCallFailed e) {
            closeAll(plan.readEnd(), report.writeEnd(), error, plan.writeEnd(), report.readEnd());
            throw e;
        }
    }

    private int start(Cgroup cgroup, List<Integer> descriptors) throws SystemCallFailed {
        OwnProcesses.Spawn spawn =
            () -> PosixSpawn.spawn(program.program(), program.argumentsIn(cgroup), environment, descriptors);
        return ownProcesses ? OwnProcesses.spawn(spawn) : spawn.run();
    }

    private void prepare(Stage stage) throws LaunchFailure {
        try {
            stage.prepare(preparation);
        } catch (LaunchFailure e) {
            stage.kill();
            throw e;
        }
    }

    private static void closeAll(int... descriptors) {
        for (int descriptor : descriptors) {
            Descriptors.close(descriptor);
        }
    }

    /** Ends the warm ones, also those that are just starting; when this returns they have gone. */
    @Override
    public synchronized void close() {
        kept = 0;
        notifyAll();
        warm.forEach(Stage::kill);
        warm.clear();
        try {
            while (starting > 0) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
