package warren.launcher;

import java.nio.file.Path;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.appender.ConsoleAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilder;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilderFactory;
import org.apache.logging.log4j.core.config.builder.impl.BuiltConfiguration;

/**
 * Where the launcher's log goes: to standard error for whoever started it, and to {@code launcher.log}, of which
 * {@value #OLD_ONES} old ones of {@value #SIZE} are kept, {@code launcher.log.1} the newest. Control characters are escaped:
 * an asked-for name or a refused peer must not write lines of its own. A full disk loses lines and stops nothing.
 */
final class LauncherLog {
    private static final String PATTERN = "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %replace{%encode{%msg}{CRLF}}{[\\x00-\\x1f\\x7f-\\x9f]}{?}%n";

    private static final String SIZE = "10 MB";
    private static final String OLD_ONES = "5";

    private LauncherLog() { }

    /** Only to standard error, while the log directory is not known. */
    static void toConsole() {
        apply(builder(), "console");
    }

    /** To both. */
    static void to(Path directory) {
        to(directory, SIZE);
    }

    /** To both, with old ones of this size. */
    static void to(Path directory, String size) {
        ConfigurationBuilder<BuiltConfiguration> builder = builder();
        builder.add(builder.newAppender("file", "RollingFile")
            .addAttribute("fileName", directory.resolve("launcher.log").toString())
            .addAttribute("filePattern", directory.resolve("launcher.log.%i").toString())
            .addAttribute("filePermissions", "rw-r-----")
            .addComponent(builder.newComponent("Policies").addComponent(
                builder.newComponent("SizeBasedTriggeringPolicy").addAttribute("size", size)))
            .addComponent(builder.newComponent("DefaultRolloverStrategy").addAttribute("max", OLD_ONES)
                .addAttribute("fileIndex", "min"))
            .add(builder.newLayout("PatternLayout").addAttribute("pattern", PATTERN)));
        apply(builder, "console", "file");
    }

    private static ConfigurationBuilder<BuiltConfiguration> builder() {
        ConfigurationBuilder<BuiltConfiguration> builder = ConfigurationBuilderFactory.newConfigurationBuilder();
        // the end of the process is logged too: Log4j must not go before the launcher has stopped
        builder.setShutdownHook("disable");
        builder.add(builder.newAppender("console", "Console")
            .addAttribute("target", ConsoleAppender.Target.SYSTEM_ERR)
            .add(builder.newLayout("PatternLayout").addAttribute("pattern", "warren: " + PATTERN)));
        return builder;
    }

    private static void apply(ConfigurationBuilder<BuiltConfiguration> builder, String... appenders) {
        var root = builder.newRootLogger(Level.INFO);
        for (String appender : appenders) {
            root.add(builder.newAppenderRef(appender));
        }
        Configurator.reconfigure(builder.add(root).build());
    }
}
