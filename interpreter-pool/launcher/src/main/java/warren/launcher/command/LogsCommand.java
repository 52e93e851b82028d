package warren.launcher.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import warren.contract.VirtualHostName;

@Command(name = "logs", mixinStandardHelpOptions = true,
    description = "Show the log of a virtual host, to whoever may read it: root and its owner.")
final class LogsCommand implements Callable<Integer> {
    @Option(names = "--log", paramLabel = "DIRECTORY", defaultValue = "/var/log/warren",
        description = "WarrenLogDirectory (default: ${DEFAULT-VALUE})")
    private Path directory;

    @Parameters(paramLabel = "VHOST")
    private String virtualHost;

    @Option(names = {"-n", "--lines"}, paramLabel = "N", defaultValue = "20", description = "how many of the last lines (default: ${DEFAULT-VALUE})")
    private int lines;

    @Option(names = {"-f", "--follow"}, description = "go on with what comes, also when the log is rotated")
    private boolean follow;

    /** By tail(1), which does that well. */
    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!VirtualHostName.isWellFormed(virtualHost)) {
            throw new IOException("\"" + virtualHost + "\" is no virtual host's name");
        }
        Path log = directory.resolve("owners").resolve(virtualHost + ".log");
        if (!Files.isReadable(log)) {
            throw new IOException(log + (Files.exists(log) ? " is not yours to read" : " is not there"));
        }
        List<String> words = new ArrayList<>(List.of("/usr/bin/tail", "-n", Integer.toString(Math.max(0, lines))));
        if (follow) {
            words.add("-F");
        }
        words.addAll(List.of("--", log.toString()));
        return new ProcessBuilder(words).inheritIO().start().waitFor();
    }
}
