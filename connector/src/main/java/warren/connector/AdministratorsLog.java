package warren.connector;

import java.nio.file.Path;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.RollingFileAppender;

/**
 * The administrator's log, {@code connector.log}, of this program and of Tomcat. {@code log4j2.xml} beside these
 * classes says how it looks and grows, {@link LineBudgets} how much of it each may fill. Where it cannot be written its
 * lines are lost and counted, and nothing else happens.
 */
final class AdministratorsLog {
    private static final long PAUSE_MILLIS = 10_000;

    private AdministratorsLog() { }

    /** All are read when the first logger is made, so this comes before any class that has one. */
    static void openIn(Path directory) {
        System.setProperty("warren.log.directory", directory.toString());
        System.setProperty("java.util.logging.manager", "org.apache.logging.log4j.jul.LogManager");
        // Tomcat sets a level; the other adapter refuses that, with a line on standard error
        System.setProperty("log4j.jul.LoggerAdapter", "org.apache.logging.log4j.jul.CoreLoggerAdapter");
        LoggerContext context = (LoggerContext) LogManager.getContext(false);
        // there is none where the file could not be opened, which Log4j has said on standard error
        if (context.getConfiguration().getAppender("connector") instanceof RollingFileAppender file) {
            limit(file);
        }
    }

    private static void limit(RollingFileAppender file) {
        LineBudgets budgets = new LineBudgets();
        budgets.start();
        file.addFilter(budgets);
        UnwrittenLines unwritten = new UnwrittenLines();
        file.setHandler(unwritten);
        Thread.ofPlatform().daemon().name("log limits").start(() -> tellLosses(budgets, unwritten));
    }

    private static void tellLosses(LineBudgets budgets, UnwrittenLines unwritten) {
        Logger log = LogManager.getLogger(AdministratorsLog.class);
        try {
            while (true) {
                Thread.sleep(PAUSE_MILLIS);
                unwritten.tellWhatIsLost();
                budgets.tellWhatIsLeftOut();
            }
        } catch (InterruptedException e) {
            log.debug("no longer telling of lost lines", e);
        }
    }
}
