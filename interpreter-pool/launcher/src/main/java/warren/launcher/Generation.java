package warren.launcher;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import warren.contract.GenerationId;

/**
 * One launched parent interpreter with everything that it forks.
 *
 * @param id its name and number
 * @param parent its parent interpreter, a child of ours
 * @param cgroup holds it and all that it starts
 * @param since when it was executed
 * @param removed completed once nothing of it is left; with a sentence where its end was not asked for
 */
record Generation(GenerationId id, Children.Child parent, Cgroup cgroup, Instant since,
                  CompletableFuture<Optional<String>> removed) {

    /** As log lines about it begin. */
    @Override
    public String toString() {
        return id + " pid=" + parent.pid();
    }
}
