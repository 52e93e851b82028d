package warren.launcher.command;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import warren.contract.OwnersAsk;
import warren.launcher.control.ControlAnswer;
import warren.launcher.control.ControlAsk;

@Command(name = "reload", mixinStandardHelpOptions = true,
    description = {"Read httpd's configuration again and renew what runs: a new generation is launched beside the old",
        "one and takes over once it has loaded its code. What does not load changes nothing. An owner reloads one of his own, with the",
        "configuration as it was read last."})
final class ReloadCommand implements Callable<Integer> {
    @Mixin
    private RuntimeOption launcher;

    @Parameters(arity = "0..1", paramLabel = "VHOST", description = {"only this virtual host or service; the others stay as they are,",
        "whatever the files say of them"})
    private String virtualHost;

    @Option(names = "--within", paramLabel = "SECONDS", defaultValue = "120",
        description = "how long to wait for the outcome (default: ${DEFAULT-VALUE})")
    private int withinSeconds;

    @Override
    public Integer call() throws IOException {
        if (RuntimeOption.isOwners()) {
            if (virtualHost == null) {
                throw new IOException("which virtual host is to be reloaded? warren status shows yours");
            }
            return launcher.askAsOwner(OwnersAsk.Verb.RELOAD, virtualHost, withinSeconds);
        }
        ControlAnswer answer = launcher.control().ask(
            new ControlAsk(ControlAsk.Verb.RELOAD, Optional.ofNullable(virtualHost), withinSeconds));
        RuntimeOption.print(answer.lines());
        return answer.good() ? WarrenCommand.DONE : WarrenCommand.NOT_DONE;
    }
}
