package warren.connector;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.Answer;
import warren.contract.LogRotation;
import warren.contract.VirtualHostName;
import warren.pool.OwnersLog;

/**
 * The logs that owners read, {@code NAME.log} in a directory of root's. The launcher makes and rotates each file; here
 * they are only appended to ({@link VirtualHostLog}). What one has lost stands in it as soon as that can be written, in
 * the status, and in the administrator's log at most once a minute.
 *
 * <p>No Log4j appender: its file appenders create the file, or its directory, on demand, hold a descriptor for each
 * virtual host for ever, and take lines as messages where these are bytes of an owner's.
 */
final class OwnersLogs implements OwnersLog {
    private static final Logger LOG = LogManager.getLogger(OwnersLogs.class);
    private static final long PAUSE_MILLIS = 10_000;

    private final Path directory;
    private final Function<VirtualHostName, LogRotation> rotations;
    private final RotationAsks asks;
    private final Map<VirtualHostName, VirtualHostLog> logs = new ConcurrentHashMap<>();
    private final Set<GenerationLogReader> readers = ConcurrentHashMap.newKeySet();

    /**
     * @param rotations when each is to be rotated, as it is configured now
     * @param launcher who rotates
     */
    OwnersLogs(Path directory, Function<VirtualHostName, LogRotation> rotations, RotationAsks.Asker launcher) {
        this.directory = directory;
        this.rotations = rotations;
        this.asks = new RotationAsks(launcher);
    }

    /** Starts its two daemon threads: one that asks for rotation, and one that tells of losses. */
    void start() {
        asks.start();
        Thread.ofPlatform().daemon().name("log losses").start(this::tellLosses);
    }

    @Override
    public Followed follow(Answer.Launched launched, Runnable changed) {
        try {
            return GenerationLogReader.start(launched, of(launched.generation().virtualHost()), changed, readers);
        } catch (IOException e) {
            LOG.warn("{} what it says is lost, its log FIFO cannot be opened: {}", launched.generation(),
                e.toString());
            return Followed.UNHEARD;
        }
    }

    @Override
    public void tell(VirtualHostName name, String sentence) {
        of(name).tell(sentence);
    }

    /** Another connector reads what generations say from now on. */
    void retire() {
        readers.forEach(GenerationLogReader::close);
    }

    /** What the log of that name has lost. */
    LogLosses losses(VirtualHostName name) {
        VirtualHostLog log = logs.get(name);
        return log == null ? LogLosses.NONE : log.losses();
    }

    private VirtualHostLog of(VirtualHostName name) {
        return logs.computeIfAbsent(name, one -> new VirtualHostLog(directory.resolve(one + ".log"),
            () -> rotations.apply(one), () -> asks.ask(one)));
    }

    private void tellLosses() {
        try {
            while (true) {
                Thread.sleep(PAUSE_MILLIS);
                tellLossesOnce();
            }
        } catch (InterruptedException e) {
            LOG.debug("no longer telling of losses", e);
        }
    }

    void tellLossesOnce() {
        for (VirtualHostName name : List.copyOf(logs.keySet())) {
            VirtualHostLog log = logs.get(name);
            log.confess();
            log.news().ifPresent(news -> LOG.warn("vhost={} {}", name, news));
        }
    }
}
