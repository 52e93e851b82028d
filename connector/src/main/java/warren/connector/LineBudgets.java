package warren.connector;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.Marker;
import org.apache.logging.log4j.MarkerManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.filter.AbstractFilter;

/**
 * How much of the administrator's log each may fill: {@value #LINES} lines in ten seconds for each virtual host, of any
 * level, for owners and clients can cause failures at will; as many for each class of this program whose lines name
 * none; and {@value #LINES_OF_ALL} for all together. What is beyond is counted, and a line says how many.
 *
 * <p>A line belongs to a virtual host where it begins with {@code vhost=}, as every line does that concerns one. Nothing
 * that a client or an owner wrote ever stands there.
 */
final class LineBudgets extends AbstractFilter {
    static final int LINES = 100;
    static final int LINES_OF_ALL = 20_000;
    private static final Duration SPAN = Duration.ofSeconds(10);
    private static final String VIRTUAL_HOST = "vhost=";
    private static final Marker SUMMARY = MarkerManager.getMarker("SUMMARY");
    private static final Logger LOG = LogManager.getLogger(LineBudgets.class);

    private final Map<String, Budget> budgets = new ConcurrentHashMap<>();
    private final Allowance all = new Allowance(LINES_OF_ALL, SPAN);

    private static final class Budget {
        private final Allowance lines = new Allowance(LINES, SPAN);
        private long leftOut;
    }

    @Override
    public Result filter(LogEvent event) {
        if (event.getMarker() == SUMMARY) {
            return Result.NEUTRAL;
        }
        Budget budget = budgets.computeIfAbsent(whose(event), name -> new Budget());
        synchronized (budget) {
            if (budget.lines.hasRoom() && takeOfAll()) {
                budget.lines.take(1);
                return Result.NEUTRAL;
            }
            budget.leftOut++;
            return Result.DENY;
        }
    }

    private boolean takeOfAll() {
        synchronized (all) {
            return all.take(1);
        }
    }

    private static String whose(LogEvent event) {
        String message = event.getMessage().getFormattedMessage();
        if (!message.startsWith(VIRTUAL_HOST)) {
            return event.getLoggerName();
        }
        int end = message.indexOf(' ');
        return end < 0 ? message : message.substring(0, end);
    }

    /** Says what was left out since the last time, and forgets who has written nothing for a while. */
    void tellWhatIsLeftOut() {
        for (Map.Entry<String, Budget> entry : budgets.entrySet()) {
            long leftOut;
            synchronized (entry.getValue()) {
                leftOut = entry.getValue().leftOut;
                entry.getValue().leftOut = 0;
                if (leftOut == 0 && entry.getValue().lines.isOver()) {
                    budgets.remove(entry.getKey());
                }
            }
            if (leftOut > 0) {
                LOG.warn(SUMMARY, "{} {} lines are left out here: more than {} in {} s", entry.getKey(), leftOut, LINES,
                    SPAN.toSeconds());
            }
        }
    }
}
