package warren.launcher;

import java.nio.file.Path;
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
    private CompletableFuture<Stage> warm;
    private boolean closed;

    /** @param temporaryDirectory where the JVM may write a file of its own; root's alone */
    Stages(Children children, StageProgram program, Path temporaryDirectory) {
        this.children = children;
        this.program = program;
        // nothing of our own environment: JAVA_TOOL_OPTIONS, LD_PRELOAD and the like have no say
        this.environment = List.of("PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "TMPDIR=" + temporaryDirectory);
        this.warm = startWarm();
    }

    private CompletableFuture<Stage> startWarm() {
        CompletableFuture<Stage> started = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                started.complete(start(List.of()));
            } catch (LaunchFailure e) {
                started.completeExceptionally(e);
            }
        }, "warm-stage");
        thread.setDaemon(true);
        thread.start();
        return started;
    }

    /** The warm one; where there is none in working order, a fresh one. */
    Stage take() throws LaunchFailure {
        CompletableFuture<Stage> taken;
        synchronized (this) {
            taken = warm;
            warm = closed ? CompletableFuture.failedFuture(new IllegalStateException("closed")) : startWarm();
        }
        try {
            Stage stage = taken.join();
            if (stage.isAlive()) {
                return stage;
            }
            stage.release();
        } catch (CompletionException e) {
            // the fresh one below fails for the same reason, and says so to whoever asked for this launch
        }
        return start(List.of());
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

    /** Ends the warm one. */
    @Override
    public void close() {
        CompletableFuture<Stage> last;
        synchronized (this) {
            closed = true;
            last = warm;
        }
        last.thenAccept(Stage::kill);
    }
}
