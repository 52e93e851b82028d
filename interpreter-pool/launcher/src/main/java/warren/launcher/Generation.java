package warren.launcher;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import warren.contract.GenerationId;
import warren.launcher.cgroup.Cgroup;

/**
 * One launched parent interpreter with everything that it forks.
 *
 * @param id its name and number
 * @param parent its parent interpreter
 * @param cgroup holds it and all that it starts
 * @param since when it was executed
 * @param reloads the virtual host's count of reloads at its launch; 0 where an earlier launcher launched it
 * @param known whether a connector has been told of it
 * @param removed completed once nothing of it is left; with a sentence where its end was not asked for
 */
record Generation(GenerationId id, WatchedProcess parent, Cgroup cgroup, Instant since, long reloads,
                  AtomicBoolean known, CompletableFuture<Optional<String>> removed) {
    /** Of which no connector has been told. */
    static Generation of(GenerationId id, WatchedProcess parent, Cgroup cgroup, Instant since, long reloads) {
        return new Generation(id, parent, cgroup, since, reloads, new AtomicBoolean(), new CompletableFuture<>());
    }

    /** Its interpreters, those that the parent interpreter forked: not what they have started, nor daemons. */
    List<Integer> interpreters() {
        return cgroup.processes().stream().filter(this::isInterpreter).toList();
    }

    boolean isInterpreter(int pid) {
        return ProcessStat.of(pid).filter(stat -> stat.parent() == parent.pid()).isPresent();
    }

    /** As log lines about it begin. */
    @Override
    public String toString() {
        return id + " pid=" + parent.pid();
    }
}
