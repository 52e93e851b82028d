package warren.launcher;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.launcher.cgroup.Cgroup;
import warren.launcher.stage.LaunchPlan;
import warren.launcher.stage.LaunchPlanWire;
import warren.launcher.stage.Preparation;
import warren.launcher.stage.PreparationWire;
import warren.launcher.system.DescriptorStream;
import warren.launcher.system.Descriptors;
import warren.launcher.system.PidFd;
import warren.launcher.system.SystemCallFailed;

/**
 * One launch stage seen from the launcher: its process, the pipe for its plan and the pipe of its report (the lines of
 * {@link warren.launcher.stage.LaunchStage}). It is used once. Whatever it does, it cannot hold the launcher longer
 * than the deadlines here, and a stage that is not understood is killed.
 */
final class Stage {
    private static final Logger LOG = LogManager.getLogger(Stage.class);
    private static final Duration START = Duration.ofSeconds(30);
    private static final Duration LAUNCH = Duration.ofSeconds(10);
    private static final Duration END = Duration.ofSeconds(5);
    private static final int MOST_REPORT_BYTES = 8192;

    private final Children.Child process;
    private final int planPipe;
    private final int reportPipe;
    private volatile Cgroup cgroup;
    private Preparation preparation = Preparation.NOTHING;
    private Optional<HostState> machine = Optional.empty();

    Stage(Children.Child process, Cgroup cgroup, int planPipe, int reportPipe) {
        this.process = process;
        this.cgroup = cgroup;
        this.planPipe = planPipe;
        this.reportPipe = reportPipe;
    }

    boolean isAlive() {
        return !process.isReaped();
    }

    int pid() {
        return process.pid();
    }

    /** What it waits in, and what it becomes runs in. */
    Cgroup cgroup() {
        return cgroup;
    }

    /** Moves it beside others, and removes where it has waited. Where that fails it may be in either, and must be killed. */
    void moveTo(Cgroup other) throws IOException {
        Cgroup before = cgroup;
        cgroup = other;
        try {
            other.take(pid());
        } finally {
            before.killAndRemove(END);
        }
    }

    /** Has it prepare itself for launches that have this in common, and waits until it has. */
    void prepare(Preparation common) throws LaunchFailure {
        try {
            sendPreparation(common);
            String line = readLine(report(START));
            if (!line.equals("waiting")) {
                throw failure(line);
            }
        } catch (IOException e) {
            throw new LaunchFailure("start of a launch stage", "write or read", Optional.empty(), String.valueOf(e.getMessage()));
        }
    }

    private void sendPreparation(Preparation common) throws IOException {
        if (!common.isNothing()) {
            // as it is before the stage looks
            machine = Optional.of(HostState.of(common.entries()));
        }
        preparation = common;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PreparationWire.write(common, bytes);
        try {
            new DescriptorStream(planPipe, START).output().write(bytes.toByteArray());
        } catch (SystemCallFailed e) {
            // of one that has ended the report tells more
            if (!e.errno().equals("EPIPE")) {
                throw e;
            }
        }
    }

    /** What is left of the plan; all of it where what is prepared is not for it, or not what the machine has by now. */
    LaunchPlan rest(LaunchPlan plan) throws IOException {
        LaunchPlan rest = preparation.rest(plan);
        return rest.onCommonRoot() && machine.orElseThrow().holds() ? rest : plan;
    }

    /**
     * Has it perform the plan.
     *
     * @param executing is run when everything is done but the program itself
     * @return the process, which is now the program of the plan
     */
    Children.Child launch(LaunchPlan plan, Runnable executing) throws LaunchFailure {
        try {
            sendPlan(plan);
            InputStream report = report(LAUNCH);
            String line = readLine(report);
            if (line.equals("executing")) {
                executing.run();
                // the pipe is close-on-exec: its end says that execve succeeded
                line = readLine(report);
                if (line.isEmpty()) {
                    return process;
                }
            }
            throw failure(line);
        } catch (SocketTimeoutException e) {
            throw new LaunchFailure("launch stage", "read", Optional.empty(), "it did not finish within "
                + LAUNCH.toSeconds() + " s and was killed");
        } catch (IOException e) {
            throw new LaunchFailure("launch stage", "write or read", Optional.empty(), String.valueOf(e.getMessage()));
        }
    }

    Children.Child launch(LaunchPlan plan) throws LaunchFailure {
        return launch(plan, () -> { });
    }

    private InputStream report(Duration within) throws IOException {
        return new BufferedInputStream(new DescriptorStream(reportPipe, within).input());
    }

    private void sendPlan(LaunchPlan plan) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        LaunchPlanWire.write(rest(plan), bytes);
        new DescriptorStream(planPipe, LAUNCH).output().write(bytes.toByteArray());
    }

    private LaunchFailure failure(String line) {
        String[] fields = line.split("\t");
        if (fields.length == 4 && fields[0].equals("failed")) {
            return new LaunchFailure(fields[1], fields[2], Optional.of(fields[3]), Hints.of(fields[2], fields[3]));
        }
        return new LaunchFailure("launch stage", "read", Optional.empty(), "expected its report, found " + describe(line));
    }

    private static String describe(String line) {
        return line.isEmpty() ? "that it had ended" : "\"" + line + "\"";
    }

    /** One line without its end; empty at the end of the pipe. */
    private static String readLine(InputStream report) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next = report.read();
        while (next >= 0 && next != '\n' && line.size() < MOST_REPORT_BYTES) {
            line.write(next);
            next = report.read();
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    /** Closes the pipes; a stage that has not launched ends by that. */
    void release() {
        Descriptors.close(planPipe);
        Descriptors.close(reportPipe);
    }

    /** Ends it for certain, with its cgroup: when this returns, no call of it is still on its way. */
    void kill() {
        try {
            process.signal(PidFd.SIGKILL);
            process.ended().get(END.toMillis(), TimeUnit.MILLISECONDS);
        } catch (SystemCallFailed | ExecutionException | TimeoutException e) {
            LOG.error("launch stage pid={} may still be there after SIGKILL: {}", process.pid(), e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        release();
        try {
            cgroup.killAndRemove(END);
        } catch (IOException e) {
            LOG.error("{}", e.getMessage());
        }
    }
}
