package warren.launcher;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import warren.launcher.system.Descriptors;
import warren.launcher.system.PosixSpawn;
import warren.launcher.system.SystemCallFailed;

/**
 * Launch stages: one is kept warm, and the next is started as soon as it is taken. A stage that died while it waited
 * is replaced by the one that takes it.
 */
final class Stages implements AutoCloseable {
    private static final int STANDARD_ERROR = 2;
    private final Children children;
    private final StageProgram program;
    private final List<String> environment;
    private Optional<CompletableFuture<Stage>> warm = Optional.empty();

    Stages(Children children, StageProgram program) {
        this.children = children;
        this.program = program;
        // nothing of our own environment: JAVA_TOOL_OPTIONS, LD_PRELOAD and the like have no say
        this.environment = List.of("PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8");
    }

    /** From now on, until {@link #close}, one is always warm or just starting. */
    synchronized void keepOneWarm() {
        warm = Optional.of(startWarm());
    }

    private CompletableFuture<Stage> startWarm() {
        CompletableFuture<Stage> started = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                started.complete(start(List.of()));
            } catch (LaunchFailure | RuntimeException | Error e) {
                started.completeExceptionally(e);
            }
        }, "warm-stage");
        thread.setDaemon(true);
        thread.start();
        return started;
    }

    /** The warm one; where there is none in working order, a fresh one. */
    Stage take() throws LaunchFailure {
        Optional<CompletableFuture<Stage>> taken;
        synchronized (this) {
            taken = warm;
            warm = warm.map(started -> startWarm());
        }
        Optional<Stage> alive = taken.flatMap(Stages::aliveOf);
        return alive.isPresent() ? alive.get() : start(List.of());
    }

    private static Optional<Stage> aliveOf(CompletableFuture<Stage> started) {
        try {
            Stage stage = started.join();
            if (stage.isAlive()) {
                return Optional.of(stage);
            }
            stage.release();
        } catch (CompletionException e) {
            // a fresh one fails for the same reason, and says so to whoever asked for this launch
            return Optional.empty();
        }
        return Optional.empty();
    }

    /**
     * A fresh one that inherits further descriptors from 3 on.
     *
     * @param inherited of our own, 64 or above
     */
    Stage start(List<Integer> inherited) throws LaunchFailure {
        try {
            return spawn(inherited);
        } catch (SystemCallFailed e) {
            throw new LaunchFailure("start of a launch stage", e.call(), Optional.of(e.errno()),
                Hints.of(e.call(), e.errno()));
        }
    }

    private Stage spawn(List<Integer> inherited) throws SystemCallFailed, LaunchFailure {
        Descriptors.Pipe plan = Descriptors.pipe();
        Descriptors.Pipe report = Descriptors.pipe();
        int error = Descriptors.copy(STANDARD_ERROR);
        try {
            List<Integer> descriptors = new ArrayList<>(List.of(plan.readEnd(), report.writeEnd(), error));
            descriptors.addAll(inherited);
            Children.Child child = children.spawn(() ->
                PosixSpawn.spawn(program.program(), program.arguments(), environment, descriptors));
            Stage stage = new Stage(child, plan.writeEnd(), report.readEnd());
            closeAll(plan.readEnd(), report.writeEnd(), error);
            awaitReady(stage);
            return stage;
        } catch (SystemCallFailed e) {
            closeAll(plan.readEnd(), report.writeEnd(), error, plan.writeEnd(), report.readEnd());
            throw e;
        }
    }

    private static void awaitReady(Stage stage) throws LaunchFailure {
        try {
            stage.awaitReady();
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

    /** Ends the warm one, also one that is just starting; when this returns it has gone. */
    @Override
    public void close() {
        Optional<CompletableFuture<Stage>> last;
        synchronized (this) {
            last = warm;
            warm = Optional.empty();
        }
        last.ifPresent(started -> started.thenAccept(Stage::kill).exceptionally(itNeverStarted -> null).join());
    }
}
