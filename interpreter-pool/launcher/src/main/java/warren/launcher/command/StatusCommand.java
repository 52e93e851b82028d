package warren.launcher.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import warren.contract.OwnersAsk;
import warren.launcher.control.ConnectorStatus;
import warren.launcher.control.ControlAsk;
import warren.launcher.control.ControlMessages;
import warren.launcher.control.LauncherStatus;

@Command(name = "status", mixinStandardHelpOptions = true,
    description = {"Show each virtual host and service: what runs by the kernel's account (the launcher's half) and how",
        "its pool does (the connector's half). An owner sees his own."})
final class StatusCommand implements Callable<Integer> {
    private static final int WITHIN_SECONDS = 10;

    @Mixin
    private RuntimeOption launcher;

    @Option(names = "--json", description = "print one JSON object, {\"launcher\":…, \"connector\":…}")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        if (RuntimeOption.isOwners()) {
            return launcher.askAsOwner(OwnersAsk.Verb.STATUS, null, WITHIN_SECONDS);
        }
        LauncherStatus status = launcher.control()
            .ask(new ControlAsk(ControlAsk.Verb.STATUS, Optional.empty(), 10)).status()
            .orElseThrow(() -> new IOException("the launcher answered without a status"));
        Optional<JsonNode> connector = ConnectorStatus.read(launcher.directories().connectorStatusSocket());
        if (json) {
            printJson(status, connector);
        } else {
            new StatusTable(status, connector).print(System.out);
        }
        return connector.isPresent() ? WarrenCommand.DONE : WarrenCommand.NOT_DONE;
    }

    private static void printJson(LauncherStatus status, Optional<JsonNode> connector) throws IOException {
        ObjectNode both = ControlMessages.JSON.createObjectNode();
        both.set("launcher", ControlMessages.JSON.valueToTree(status));
        both.set("connector", connector.orElseGet(ControlMessages.JSON::nullNode));
        System.out.println(ControlMessages.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(both));
    }
}
