package warren.launcher.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.plugin.LaunchStep.LimitGroup;
import warren.plugin.LaunchStep.Quota;

/**
 * Where launch stages start, until they join the groups in which they wait: what nobody waits for comes after
 * all that serves, though a JVM's start takes a processor for a third of a second. Where nobody has the controller for that,
 * they start where the launcher runs.
 */
public final class StartingStages {
    /** Where the kernel has no {@code cpu.idle}, which is since 5.15. */
    private static final int UNAWAITED = 10;
    private static final int AWAITED = 100;
    private static final Logger LOG = LogManager.getLogger(StartingStages.class);
    private final Optional<ControllerFiles> cpu;
    private int awaited;

    private StartingStages(Optional<ControllerFiles> cpu) {
        this.cpu = cpu;
    }

    /** @param cpu of the tree that weighs processes; its directory is made where it is not there */
    static StartingStages in(Optional<ControllerFiles> cpu) throws IOException {
        if (cpu.isPresent()) {
            Files.createDirectories(cpu.get().directory());
        }
        StartingStages stages = new StartingStages(cpu);
        stages.weigh();
        return stages;
    }

    /** One that has just been started. */
    public void take(int pid) {
        write("cgroup.procs", Integer.toString(pid));
    }

    /** So many launches more, or less, wait for one of them. */
    public synchronized void awaited(int more) {
        boolean before = awaited > 0;
        awaited += more;
        if (before != awaited > 0) {
            weigh();
        }
    }

    private void weigh() {
        LimitGroup weight = new LimitGroup(Quota.CPU_WEIGHT, awaited > 0 ? AWAITED : UNAWAITED, false);
        cpu.ifPresent(files -> Setting.turn(files.version(), awaited == 0 && files.canBeLast(), weight)
            .forEach(setting -> write(setting.file(), setting.text())));
    }

    /** It is about speed alone: whatever does not work, stages start. */
    private void write(String file, String text) {
        try {
            if (cpu.isPresent()) {
                Files.writeString(cpu.get().file(file), text);
            }
        } catch (IOException e) {
            LOG.debug("\"{}\" cannot be written to {}: {}", text, cpu.get().file(file), e.getMessage());
        }
    }

    /** Those of an earlier launcher, too, that have not noticed its end yet. */
    void killAll(Duration within) {
        long deadline = System.nanoTime() + within.toNanos();
        Optional<Cgroup> cgroup = directory().map(Cgroup::existing);
        while (cgroup.isPresent() && !cgroup.get().processes().isEmpty() && System.nanoTime() < deadline) {
            cgroup.get().processes().forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
            Cgroup.pause();
        }
    }

    void remove() throws IOException {
        if (cpu.isPresent()) {
            Files.deleteIfExists(cpu.get().directory());
        }
    }

    /** Nothing where nobody has the controller. */
    public Optional<Path> directory() {
        return cpu.map(ControllerFiles::directory);
    }
}
