package warren.launcher;

import java.nio.file.Path;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.appender.ConsoleAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilder;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilderFactory;
import org.apache.logging.log4j.core.config.builder.impl.BuiltConfiguration;

/**
 * Where the launcher's log goes: to standard error for whoever started it, and to {@code launcher.log}. Control
 * characters are escaped: an asked-for name or a refused peer must not write lines of its own.
 */
final class LauncherLog {
    private static final String PATTERN = "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %replace{%encode{%msg}{CRLF}}{[\\x00-\\x1f\\x7f-\\x9f]}{?}%n";

    private LauncherLog() { }

    /** Only to standard error, while the log directory is not known. */
    static void toConsole() {
        apply(builder(), "console");
    }

    /** To both. */
    static void to(Path directory) {
        ConfigurationBuilder<BuiltConfiguration> builder = builder();
        builder.add(builder.newAppender("file", "File")
            .addAttribute("fileName", directory.resolve("launcher.log").toString())
            .addAttribute("filePermissions", "rw-r-----")
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
