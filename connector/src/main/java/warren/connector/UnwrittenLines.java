package warren.connector;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.core.ErrorHandler;
import org.apache.logging.log4j.core.LogEvent;

/**
 * Counts the lines that the administrator's log cannot take, such as on a full disk, and says how many in a line once
 * it takes lines again. Log4j's own handler would print each failure, with a stack trace, where nobody rotates it.
 */
final class UnwrittenLines implements ErrorHandler {
    private static final Logger LOG = LogManager.getLogger(UnwrittenLines.class);
    private long lost;
    private long told;
    private final ThreadLocal<Throwable> lastOfThread = new ThreadLocal<>();
    private volatile Instant since = Instant.EPOCH;
    private volatile String why = "";

    @Override
    public void error(String message) {
        LOG.debug("{}", message);
    }

    @Override
    public void error(String message, Throwable thrown) {
        error(message);
    }

    /** Log4j tells twice of one failure: where the line is written, and where it was given. */
    @Override
    public void error(String message, LogEvent event, Throwable thrown) {
        if (thrown != lastOfThread.get()) {
            lastOfThread.set(thrown);
            count(thrown);
        }
    }

    private synchronized void count(Throwable thrown) {
        if (lost == told) {
            since = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        }
        lost++;
        why = String.valueOf(thrown.getCause() == null ? thrown.getMessage() : thrown.getCause().getMessage());
    }

    synchronized long lost() {
        return lost;
    }

    /** Says what is lost, if that can be said. */
    void tellWhatIsLost() {
        long before = lost();
        if (before == told) {
            return;
        }
        LOG.warn("{} lines of this log could not be written since {} and are lost: {}", before - told, since, why);
        if (lost() == before) {
            told = before;
        }
    }
}
