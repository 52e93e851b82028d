package warren.connector;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import warren.pool.FailureKind;
import warren.pool.PoolStatus;

/**
 * What {@code status.sock} tells, as JSON: the fields of these records under their names. It has no tokens and no
 * secrets; {@code lastFailure} may quote an owner, escaped as in his log.
 *
 * @param pid the connector's process
 * @param started when it began to serve
 * @param requests that came since then
 * @param java the version of the Java runtime
 * @param tomcat the version of Tomcat
 */
record StatusDocument(long pid, Instant started, long requests, String java, String tomcat, List<Pool> pools) {
    private static final ObjectMapper JSON = JsonMapper.builder()
        .addModule(new Jdk8Module()).addModule(new JavaTimeModule())
        .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS).build();

    /** {@link PoolStatus} in plain values, and what the owner's log has lost. */
    record Pool(String name, String state, int total, int busy, int idle, int waiting, int inFlight, long spooledBytes,
                long launches, long requests, long failures, Map<FailureKind, Long> failuresBy, Optional<String> lastFailure, Optional<String> quarantine,
                LogLosses log, List<Generation> generations) {
        static Pool of(PoolStatus status, LogLosses log) {
            return new Pool(status.name().value(), status.state().name(), status.total(), status.busy(),
                status.idle(), status.waiting(), status.inFlight(), status.spooledBytes(), status.launches(),
                status.requests(), status.failures(), new TreeMap<>(status.failuresBy()),
                status.lastFailure().map(LogText::escape), status.quarantine(), log,
                status.generations().stream().map(Generation::of).toList());
        }
    }

    record Generation(int number, String state, int busy, int idle, List<Integer> pids) {
        static Generation of(PoolStatus.GenerationStatus status) {
            return new Generation(status.id().number(), status.state().name(), status.busy(), status.idle(),
                status.pids());
        }
    }

    byte[] json() {
        try {
            return JSON.writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a status that cannot be written as JSON", e);
        }
    }
}
