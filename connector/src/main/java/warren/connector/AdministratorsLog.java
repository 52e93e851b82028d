package warren.connector;

import java.nio.file.Path;

/**
 * The administrator's log, {@code connector.log}, of this program and of Tomcat. {@code log4j2.xml} beside these
 * classes says how it looks, grows and is limited.
 */
final class AdministratorsLog {
    private AdministratorsLog() { }

    /** Both are read when the first logger is made, so this comes before any class that has one. */
    static void openIn(Path directory) {
        System.setProperty("warren.log.directory", directory.toString());
        System.setProperty("java.util.logging.manager", "org.apache.logging.log4j.jul.LogManager");
    }
}
