package warren.launcher.command;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
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

    @Parameters(arity = "0..*", paramLabel = "VHOST", description = {"only these virtual hosts or services, one after the other; the others",
        "stay as they are, whatever the files say of them"})
    private List<String> virtualHosts = List.of();

    @Option(names = "--within", paramLabel = "SECONDS", defaultValue = "120",
        description = "how long to wait for the outcome (default: ${DEFAULT-VALUE})")
    private int withinSeconds;

    @Override
    public Integer call() throws IOException {
        if (!RuntimeOption.isOwners()) {
            return asAdministrator();
        }
        if (virtualHosts.isEmpty()) {
            throw new IOException("which virtual host is to be reloaded? warren status shows yours");
        }
        int worst = WarrenCommand.DONE;
        for (String name : virtualHosts) {
            worst = Math.max(worst, launcher.askAsOwner(OwnersAsk.Verb.RELOAD, name, withinSeconds));
        }
        return worst;
    }

    private int asAdministrator() throws IOException {
        boolean good = true;
        List<Optional<String>> each = virtualHosts.isEmpty() ? List.of(Optional.empty()) : virtualHosts.stream().map(Optional::of).toList();
        Thread progress = Thread.ofPlatform().daemon().name("progress").unstarted(this::showProgress);
        if (virtualHosts.isEmpty()) {
            progress.start();
        }
        for (Optional<String> name : each) {
            ControlAnswer answer = launcher.control().ask(new ControlAsk(ControlAsk.Verb.RELOAD, name, withinSeconds));
            RuntimeOption.print(answer.lines());
            good &= answer.good();
        }
        progress.interrupt();
        return good ? WarrenCommand.DONE : WarrenCommand.NOT_DONE;
    }

    /** On standard error, for a reload of many takes its time. */
    private void showProgress() {
        String shown = "";
        try {
            while (true) {
                TimeUnit.SECONDS.sleep(1);
                String now = launcher.control().ask(new ControlAsk(ControlAsk.Verb.PROGRESS, Optional.empty(), 10)).lines().get(0);
                if (!now.equals(shown)) {
                    System.err.println("renewed: " + now);
                    shown = now;
                }
            }
        } catch (InterruptedException | IOException over) {
            // the answer itself comes elsewhere
        }
    }
}
