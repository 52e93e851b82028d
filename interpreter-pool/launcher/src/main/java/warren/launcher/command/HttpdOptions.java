package warren.launcher.command;

import java.nio.file.Path;
import java.util.Set;
import picocli.CommandLine.Option;

/** httpd's own options, with httpd's letters: Warren must read what httpd reads. */
final class HttpdOptions {
    @Option(names = "-f", paramLabel = "FILE", defaultValue = "/etc/apache2/apache2.conf",
        description = "httpd's main configuration file (default: ${DEFAULT-VALUE})")
    Path file;

    @Option(names = "-d", paramLabel = "DIRECTORY", defaultValue = "/etc/apache2",
        description = "httpd's ServerRoot, where the file does not name one (default: ${DEFAULT-VALUE})")
    Path serverRoot;

    @Option(names = "-D", paramLabel = "NAME", description = "a name for <IfDefine NAME>, as given to httpd")
    Set<String> defines = Set.of();

    /** Where this Warren is installed; the program that starts us says so. */
    static Path home() {
        return Path.of(System.getProperty("warren.home", "")).toAbsolutePath();
    }
}
