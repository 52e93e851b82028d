package warren.launcher.command;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import warren.launcher.attest.Attestation;
import warren.launcher.attest.Finding;
import warren.launcher.control.ControlAnswer;
import warren.launcher.control.ControlAsk;
import warren.launcher.control.ControlMessages;

@Command(name = "attest", mixinStandardHelpOptions = true,
    description = {"Show what the kernel says of every process that runs beside what was planned: identity, capabilities,",
        "namespaces, root, mounts, descriptors, limits, filter. Exit status 0 where all is as planned."})
final class AttestCommand implements Callable<Integer> {
    private static final int WITHIN_SECONDS = 60;

    @Mixin
    private RuntimeOption launcher;

    @Parameters(index = "0", arity = "0..1", paramLabel = "VHOST", description = "one virtual host; all where it is missing")
    private String virtualHost;

    @Option(names = "--json", description = "print everything that was compared, for programs")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        ControlAnswer answer = launcher.control()
            .ask(new ControlAsk(ControlAsk.Verb.ATTEST, Optional.ofNullable(virtualHost), WITHIN_SECONDS));
        if (json) {
            System.out.println(ControlMessages.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(answer.attestations()));
        } else {
            answer.attestations().forEach(AttestCommand::print);
        }
        return answer.good() ? WarrenCommand.DONE : WarrenCommand.NOT_DONE;
    }

    private static void print(Attestation one) {
        long different = one.findings().stream().filter(finding -> !finding.asPlanned()).count();
        System.out.println("vhost=" + one.virtualHost() + " gen=" + one.generation() + " pid=" + one.pid() + " "
            + (one.findings().isEmpty() ? "has gone" : different == 0 ? one.findings().size() + " properties as planned" : different + " differ"));
        one.findings().stream().filter(finding -> !finding.asPlanned()).map(Finding::toString)
            .forEach(line -> System.out.println("  " + StatusTable.printable(line)));
    }
}
