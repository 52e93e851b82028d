package warren.launcher.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import warren.contract.OwnersAsk;
import warren.launcher.CannotStart;
import warren.launcher.Launcher;
import warren.launcher.LimitRow;
import warren.launcher.cgroup.GroupUse;
import warren.launcher.control.ConnectorStatus;
import warren.launcher.control.ControlAsk;
import warren.launcher.control.LauncherStatus;

@Command(name = "limits", mixinStandardHelpOptions = true,
    description = {"Show the limits of a virtual host or service as httpd's configuration has them now: each value, where it",
        "was said, and beside it what is taken, by the kernel's and the connector's account."})
final class LimitsCommand implements Callable<Integer> {
    private static final String ROW = "%-26s %-10s %-44s %s%n";
    private static final int MEGABYTE_BITS = 20;
    private static final int WITHIN_SECONDS = 10;

    @Mixin
    private HttpdOptions httpd;

    @Mixin
    private RuntimeOption launcher;

    @Parameters(paramLabel = "VHOST")
    private String virtualHost;

    @Override
    public Integer call() throws CannotStart, IOException {
        if (RuntimeOption.isOwners()) {
            return launcher.askAsOwner(OwnersAsk.Verb.LIMITS, virtualHost, WITHIN_SECONDS);
        }
        Optional<List<LimitRow>> limits =
            Launcher.files(HttpdOptions.home(), httpd.file, httpd.serverRoot, httpd.defines).limits(virtualHost);
        if (limits.isEmpty()) {
            System.out.println("no virtual host or service \"" + virtualHost + "\" is configured without mistakes; see warren configtest");
            return WarrenCommand.NOT_DONE;
        }
        print(limits.get(), group(), pool(), System.out);
        return WarrenCommand.DONE;
    }

    /** Nothing where no launcher runs, or nothing of the virtual host. */
    private Optional<GroupUse> group() {
        try {
            return launcher.control().ask(new ControlAsk(ControlAsk.Verb.STATUS, Optional.empty(), 10)).status().stream()
                .flatMap(status -> status.virtualHosts().stream()).filter(host -> host.name().equals(virtualHost))
                .findFirst().flatMap(LauncherStatus.Host::quota);
        } catch (IOException nothingRuns) {
            return Optional.empty();
        }
    }

    private Optional<JsonNode> pool() {
        try {
            for (JsonNode pool : ConnectorStatus.read(launcher.directories().connectorStatusSocket())
                    .map(status -> status.path("pools")).orElse(com.fasterxml.jackson.databind.node.MissingNode.getInstance())) {
                if (pool.path("name").asText().equals(virtualHost)) {
                    return Optional.of(pool);
                }
            }
        } catch (IOException unreadable) {
            // As if there were no connector.
        }
        return Optional.empty();
    }

    static void print(List<LimitRow> limits, Optional<GroupUse> group, Optional<JsonNode> pool, PrintStream out) {
        out.printf(ROW, "LIMIT", "VALUE", "FROM", "TAKEN");
        for (LimitRow limit : limits) {
            String taken = group.map(use -> taken(limit.directive(), use)).orElse("")
                + pool.map(status -> taken(limit.directive(), status)).orElse("");
            out.print(String.format(ROW, limit.directive(), limit.value(), limit.from(), taken).replaceAll(" +\n", "\n"));
        }
    }

    private static String taken(String directive, GroupUse use) {
        return switch (directive) {
            case "WarrenMemoryMax" -> megabytes(use.memoryBytes()) + " now, " + megabytes(use.memoryPeakBytes()) + " at most"
                + count(use.memoryKills(), ", killed for it: ");
            case "WarrenProcessesMax" -> shown(use.processes()) + " now, " + shown(use.processesPeak()) + " at most"
                + count(use.processesRefused(), ", refused: ");
            case "WarrenCpuWeight" -> use.cpuWeight().orElse(1) == 0 ? "comes last now" : shown(use.cpuWeight()) + " now";
            case "WarrenCpuMax" -> count(use.throttledMicros(), "held back for µs: ").replaceFirst("^, ", "");
            default -> "";
        };
    }

    private static String taken(String directive, JsonNode pool) {
        return switch (directive) {
            case "PerlInterpMax" -> pool.path("busy").asInt() + " busy, " + pool.path("idle").asInt() + " idle";
            case "WarrenInFlightMax" -> pool.path("inFlight").asInt() + " now";
            case "WarrenQueueLength" -> pool.path("waiting").asInt() + " now";
            case "WarrenSpoolMax" -> megabytes(OptionalLong.of(pool.path("spooledBytes").asLong())) + " now";
            default -> "";
        };
    }

    private static String megabytes(OptionalLong bytes) {
        return bytes.isEmpty() ? "?" : (bytes.getAsLong() >> MEGABYTE_BITS) + "M";
    }

    private static String shown(OptionalLong number) {
        return number.isEmpty() ? "?" : Long.toString(number.getAsLong());
    }

    private static String count(OptionalLong number, String label) {
        return number.orElse(0) == 0 ? "" : label + number.getAsLong();
    }
}
