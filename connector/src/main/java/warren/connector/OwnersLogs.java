package warren.connector;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.Answer;
import warren.contract.VirtualHostName;
import warren.pool.OwnersLog;

/**
 * The logs that owners read, {@code NAME.log} in a directory of root's. The launcher makes each file; here they are
 * only appended to, and one that is missing loses its lines, which the administrator's log says once. Each batch of
 * lines opens the file anew and writes once, so that log rotation needs no signal.
 *
 * <p>No Log4j appender: its file appenders create the file, or its directory, on demand, hold a descriptor for each
 * virtual host for ever, and take lines as messages where these are bytes of an owner's.
 */
final class OwnersLogs implements OwnersLog {
    private static final Logger LOG = LogManager.getLogger(OwnersLogs.class);

    private final Path directory;
    private final Set<VirtualHostName> missing = ConcurrentHashMap.newKeySet();

    OwnersLogs(Path directory) {
        this.directory = directory;
    }

    @Override
    public void follow(Answer.Launched launched) {
        try {
            GenerationLogReader.start(launched, this);
        } catch (IOException e) {
            LOG.warn("{} what it says is lost, its log FIFO cannot be opened: {}", launched.generation(),
                e.toString());
        }
    }

    @Override
    public void tell(VirtualHostName name, String sentence) {
        append(name, List.of("warren: " + LogText.escape(sentence)));
    }

    /** Appends lines, already escaped, each after the time; never throws. */
    void append(VirtualHostName name, List<String> lines) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        StringBuilder batch = new StringBuilder();
        lines.forEach(line -> batch.append(now).append(' ').append(line).append('\n'));
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(batch.toString());
        try (FileChannel file = FileChannel.open(directory.resolve(name + ".log"), StandardOpenOption.WRITE,
                StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS)) {
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            missing.remove(name);
        } catch (IOException e) {
            if (missing.add(name)) {
                LOG.warn("vhost={} the owner's log cannot be written, its lines are lost until it can: {}", name,
                    e.toString());
            }
        }
    }
}
