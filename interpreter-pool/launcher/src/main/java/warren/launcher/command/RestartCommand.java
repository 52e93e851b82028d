package warren.launcher.command;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import warren.launcher.control.ControlAnswer;
import warren.launcher.control.ControlAsk;

@Command(name = "restart", mixinStandardHelpOptions = true,
    description = {"Put a fresh connector in the place of the one that runs, for a new version of it or of Java: it takes over the",
        "socket and the interpreters, and the old one finishes what has come to it. No request is lost. The launcher itself is",
        "restarted by whoever started it; what runs goes on meanwhile."})
final class RestartCommand implements Callable<Integer> {
    @Mixin
    private RuntimeOption launcher;

    @Parameters(paramLabel = "connector")
    private Part part;

    @Option(names = "--within", paramLabel = "SECONDS", defaultValue = "60",
        description = "how long the fresh one may take to serve (default: ${DEFAULT-VALUE})")
    private int withinSeconds;

    /** As it is typed. */
    private enum Part { connector }

    @Override
    public Integer call() throws IOException {
        ControlAnswer answer = launcher.control().ask(new ControlAsk(ControlAsk.Verb.RESTART_CONNECTOR, Optional.empty(), withinSeconds));
        RuntimeOption.print(answer.lines());
        return answer.good() ? WarrenCommand.DONE : WarrenCommand.NOT_DONE;
    }
}
