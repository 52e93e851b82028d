package warren.launcher;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.launcher.stage.LaunchPlan;
import warren.launcher.system.PidFd;
import warren.launcher.system.SystemCallFailed;
import warren.launcher.system.UnixSocket;
import warren.launcher.system.WaitPid;
import warren.plugin.GroupId;
import warren.plugin.LaunchStep;
import warren.plugin.UserId;

/**
 * The connector: started through the same launch as an interpreter, as its own user, with the AJP socket as descriptor
 * 0, and started again whenever it ends. Each restart in a row waits longer; generations of a connector that has gone
 * are ended, for only it knew which of their interpreters were busy.
 */
final class ConnectorProcess {
    private static final Logger LOG = LogManager.getLogger(ConnectorProcess.class);
    private static final Duration KILL = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Duration LONG_ENOUGH = Duration.ofMinutes(1);
    private static final String MAIN = "warren.connector.ConnectorMain";

    private final CgroupTree cgroups;
    private final Directories directories;
    private final Stages stages;
    private final UnixSocket ajp;
    private final UserId user;
    private final GroupId group;
    private final Path home;
    private final Runnable onEnd;
    private Optional<Children.Child> running = Optional.empty();
    private boolean stopping;
    private int number;
    private Duration pause = Duration.ZERO;

    /** @param onEnd what is to be done whenever it has ended by itself, before it is started again */
    ConnectorProcess(CgroupTree cgroups, Directories directories, Stages stages, UnixSocket ajp, UserId user,
            GroupId group, Path home, Runnable onEnd) {
        this.cgroups = cgroups;
        this.directories = directories;
        this.stages = stages;
        this.ajp = ajp;
        this.user = user;
        this.group = group;
        this.home = home;
        this.onEnd = onEnd;
    }

    /** Starts it once; it is not ready yet when this returns. */
    synchronized void start() throws LaunchFailure {
        number++;
        Cgroup cgroup = prepare();
        try {
            Children.Child child = perform(plan(cgroup));
            running = Optional.of(child);
            LOG.info("connector pid={} launched", child.pid());
            long started = System.nanoTime();
            child.ended().thenAcceptAsync(status -> ended(cgroup, status, Duration.ofNanos(System.nanoTime() - started)),
                after -> new Thread(after, "connector-ended").start());
        } catch (LaunchFailure e) {
            removeCgroup(cgroup);
            throw e;
        }
    }

    private Children.Child perform(LaunchPlan plan) throws LaunchFailure {
        Stage stage = stages.start(List.of(ajp.descriptor()));
        try {
            Children.Child child = stage.launch(plan);
            stage.release();
            return child;
        } catch (LaunchFailure e) {
            stage.kill();
            throw e;
        }
    }

    private Cgroup prepare() throws LaunchFailure {
        try {
            ConnectorOutput.prepare(directories.connectorOutput());
            return cgroups.createForConnector(number);
        } catch (IOException e) {
            throw new LaunchFailure("CGROUP", "mkdir", Optional.empty(), e.toString());
        }
    }

    private LaunchPlan plan(Cgroup cgroup) {
        String java = StageProgram.javaProgram();
        List<String> arguments = List.of(java, "-XX:+DisableAttachMechanism", "-XX:-UsePerfData",
            "-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=" + directories.connectorLogs().resolve("hs_err.log"),
            "-XX:+UseSerialGC", "-Xmx128m", "-XX:MaxDirectMemorySize=64m", "-XX:+ExitOnOutOfMemoryError",
            "-Djava.io.tmpdir=" + directories.connectorWork(),
            "-cp", home.resolve("lib/connector").toString() + "/*", MAIN, directories.launcherSocket().toString());
        Map<String, String> environment = Map.of("PATH", "/usr/bin:/bin", "LC_ALL", "C.UTF-8");
        return new LaunchPlan(new LaunchPlan.StandardDescriptors.Connector(directories.connectorOutput().toString()),
            cgroup.joinFile(), user, group, List.of(),
            List.of(new LaunchStep.SetLimit(LaunchStep.Resource.CORE_BYTES, 0, 0)),
            new LaunchStep.Execute(java, arguments, environment));
    }

    private void ended(Cgroup cgroup, int status, Duration lived) {
        synchronized (this) {
            running = Optional.empty();
            removeCgroup(cgroup);
            if (stopping) {
                return;
            }
        }
        LOG.error("the connector {} after {} s; see {}", WaitPid.describe(status), lived.toSeconds(),
            directories.connectorOutput());
        onEnd.run();
        Duration before = lived;
        while (!startAgain(before)) {
            before = Duration.ZERO;
        }
    }

    /** False where it could not be started. */
    private boolean startAgain(Duration lived) {
        pause = lived.compareTo(LONG_ENOUGH) > 0 || pause.isZero() ? Duration.ofMillis(100) : pause.multipliedBy(2);
        pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
        try {
            TimeUnit.NANOSECONDS.sleep(pause.toNanos());
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

    private static void removeCgroup(Cgroup cgroup) {
        try {
            cgroup.killAndRemove(KILL);
        } catch (IOException e) {
            LOG.error("{}", e.getMessage());
        }
    }

    synchronized Optional<Integer> pid() {
        return running.map(Children.Child::pid);
    }

    /** SIGTERM, and SIGKILL where it has not drained within the given time. */
    void stop(Duration drain) {
        Optional<Children.Child> child;
        synchronized (this) {
            stopping = true;
            child = running;
        }
        child.ifPresent(process -> {
            signal(process, PidFd.SIGTERM);
            if (!endsWithin(process, drain)) {
                LOG.warn("the connector did not drain within {} s and is killed", drain.toSeconds());
                signal(process, PidFd.SIGKILL);
                endsWithin(process, KILL);
            }
        });
    }

    private static void signal(Children.Child process, int signal) {
        try {
            process.signal(signal);
        } catch (SystemCallFailed e) {
            LOG.error("connector pid={}: {}", process.pid(), e.getMessage());
        }
    }

    private static boolean endsWithin(Children.Child process, Duration time) {
        try {
            process.ended().get(time.toMillis(), TimeUnit.MILLISECONDS);
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
