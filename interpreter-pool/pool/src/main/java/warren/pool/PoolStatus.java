package warren.pool;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import warren.contract.GenerationId;
import warren.contract.VirtualHostName;

/**
 * One pool at one moment, for {@code warren status}.
 *
 * @param generation the one that serves
 * @param total interpreters alive, of all generations
 * @param waiting requests without an interpreter yet
 * @param inFlight all requests, also those whose body is still coming or whose response is still going
 * @param spooledBytes of bodies and responses kept now
 * @param launches launches that ended well, since the connector's start
 * @param requests requests that came
 * @param failuresBy requests that ended in a {@link RequestFailed}, by what
 * @param lastFailure the last failed launch's or request's sentence
 * @param quarantine why it must not serve
 * @param generations every one that has not been stopped yet, the oldest first
 */
public record PoolStatus(
        VirtualHostName name, PoolState state, Optional<GenerationId> generation,
        int total, int busy, int idle, int waiting, int inFlight, long spooledBytes, long launches, long requests, Map<FailureKind, Long> failuresBy,
        Optional<String> lastFailure, Optional<String> quarantine, List<GenerationStatus> generations) {
    public PoolStatus {
        generations = List.copyOf(generations);
        failuresBy = Map.copyOf(failuresBy);
    }

    /** All of them. */
    public long failures() {
        return failuresBy.values().stream().mapToLong(Long::longValue).sum();
    }

    /** @param pids of its interpreters, as they name themselves, in rising order */
    public record GenerationStatus(GenerationId id, GenerationState state, int busy, int idle, List<Integer> pids) {
        public GenerationStatus {
            pids = List.copyOf(pids);
        }
    }
}
