package warren.launcher.command;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import warren.launcher.control.ControlAsk;

@Command(name = "stop", mixinStandardHelpOptions = true,
    description = "Let the requests in flight finish, then end every process; returns once the launcher has gone.")
final class StopCommand implements Callable<Integer> {
    @Mixin
    private RuntimeOption launcher;

    @Option(names = "--within", paramLabel = "SECONDS", defaultValue = "60",
        description = "how long to wait (default: ${DEFAULT-VALUE})")
    private int withinSeconds;

    @Override
    public Integer call() throws IOException {
        launcher.control().stop(new ControlAsk(ControlAsk.Verb.STOP, Optional.empty(), withinSeconds));
        System.out.println("stopped");
        return WarrenCommand.DONE;
    }
}
