package warren.launcher.command;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import warren.contract.OwnersAsk;
import warren.launcher.control.ControlAsk;

@Command(name = "stop", mixinStandardHelpOptions = true,
    description = {"Let the requests in flight finish, then end every process; returns once the launcher has gone. An owner ends what runs",
        "of one virtual host of his; the next request launches it again."})
final class StopCommand implements Callable<Integer> {
    @Mixin
    private RuntimeOption launcher;

    @Option(names = "--within", paramLabel = "SECONDS", defaultValue = "60",
        description = "how long to wait (default: ${DEFAULT-VALUE})")
    private int withinSeconds;

    @Parameters(arity = "0..1", paramLabel = "VHOST", description = "an owner's own")
    private String virtualHost;

    @Override
    public Integer call() throws IOException {
        if (RuntimeOption.isOwners()) {
            if (virtualHost == null) {
                throw new IOException("which virtual host is to be stopped? warren status shows yours");
            }
            return launcher.askAsOwner(OwnersAsk.Verb.STOP, virtualHost, withinSeconds);
        }
        if (virtualHost != null) {
            throw new IOException("root stops all of Warren or, with warren reload, what is no longer configured; expected no virtual host");
        }
        launcher.control().stop(new ControlAsk(ControlAsk.Verb.STOP, Optional.empty(), withinSeconds));
        System.out.println("stopped");
        return WarrenCommand.DONE;
    }
}
