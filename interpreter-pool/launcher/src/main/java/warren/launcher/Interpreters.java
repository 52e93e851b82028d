package warren.launcher;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.launcher.system.PidFd;
import warren.launcher.system.SystemCallFailed;

/** Single interpreters of generations: found by the pid that they report, pinned by a pidfd, and ended. */
final class Interpreters {
    private static final Logger LOG = LogManager.getLogger(Interpreters.class);
    private static final Duration TO_TELL_WHERE = Duration.ofSeconds(1);
    private static final Duration TO_END = Duration.ofSeconds(1);
    private final ScheduledExecutorService kills = Executors.newSingleThreadScheduledExecutor(
        work -> Thread.ofPlatform().daemon().name("kills").unstarted(work));

    /**
     * Ends the process of this generation that calls itself by this pid in its own PID namespace. Does not wait.
     *
     * @param tellWhere with SIGQUIT, SIGTERM a second later and SIGKILL after another; else with SIGKILL
     */
    boolean kill(Generation generation, int reportedPid, boolean tellWhere) {
        return find(generation, reportedPid).map(pid -> killPid(generation, pid, tellWhere)).orElse(false);
    }

    /** By the pid that it knows itself by; never the parent. */
    static Optional<Integer> find(Generation generation, int reportedPid) {
        return Optional.ofNullable(pidsByReported(generation).get(reportedPid));
    }

    /** All but the parent, by the pid that each knows itself by. */
    static Map<Integer, Integer> pidsByReported(Generation generation) {
        Map<Integer, Integer> pids = new HashMap<>();
        for (int pid : generation.cgroup().processes()) {
            if (pid != generation.parent().pid()) {
                pids.putIfAbsent(NamespacePid.of(pid), pid);
            }
        }
        return pids;
    }

    private boolean killPid(Generation generation, int pid, boolean tellWhere) {
        try {
            PidFd pinned = PidFd.open(pid);
            // the number may have been reused since it was listed; pinned, it cannot be any more
            if (!generation.cgroup().contains(pid)) {
                pinned.close();
                return false;
            }
            LOG.info("{} gen={} pid={} killed", "vhost=" + generation.id().virtualHost(), generation.id().number(), pid);
            if (tellWhere) {
                signal(pinned, PidFd.SIGQUIT);
                after(TO_TELL_WHERE, () -> signal(pinned, PidFd.SIGTERM));
                after(TO_TELL_WHERE.plus(TO_END), () -> killAndUnpin(pinned));
            } else {
                killAndUnpin(pinned);
            }
            return true;
        } catch (SystemCallFailed gone) {
            return false;
        }
    }

    private void after(Duration time, Runnable work) {
        kills.schedule(work, time.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void killAndUnpin(PidFd pinned) {
        signal(pinned, PidFd.SIGKILL);
        pinned.close();
    }

    private static void signal(PidFd pinned, int signal) {
        try {
            pinned.send(signal);
        } catch (SystemCallFailed e) {
            LOG.debug("it has ended: {}", e.getMessage());
        }
    }

    /** Whether it was one of the generation's, and was there to be ended. */
    static boolean end(Generation generation, int pid) {
        try (PidFd pinned = PidFd.open(pid)) {
            if (!generation.isInterpreter(pid) || !generation.cgroup().contains(pid)) {
                return false;
            }
            pinned.send(PidFd.SIGKILL);
            return true;
        } catch (SystemCallFailed gone) {
            return false;
        }
    }
}
