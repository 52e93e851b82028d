package warren.launcher.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import warren.launcher.control.LauncherStatus;

/** The status for people: a line for each virtual host, and below it why it does not serve or launch. */
final class StatusTable {
    private static final String ROW = "%-32s %-12s %8s %5s %11s %8s %10s %9s%n";
    private final LauncherStatus launcher;
    private final Optional<JsonNode> connector;
    private final Map<String, JsonNode> pools = new HashMap<>();

    StatusTable(LauncherStatus launcher, Optional<JsonNode> connector) {
        this.launcher = launcher;
        this.connector = connector;
        connector.ifPresent(status ->
            status.path("pools").forEach(pool -> pools.put(pool.path("name").asText(), pool)));
    }

    void print(PrintStream out) {
        out.printf("launcher pid=%d, connector %s, configuration %d%n", launcher.pid(),
            launcher.connectorPid().map(pid -> "pid=" + pid).orElse("is being restarted"), launcher.revision());
        if (connector.isEmpty()) {
            out.println("the connector does not answer; what follows is the launcher's half alone");
        }
        out.printf(ROW, "VIRTUAL HOST", "STATE", "UID", "GEN", "BUSY/IDLE", "WAITING", "REQUESTS", "FAILURES");
        launcher.virtualHosts().forEach(host -> printHost(host, out));
    }

    private void printHost(LauncherStatus.Host host, PrintStream out) {
        Optional<JsonNode> pool = Optional.ofNullable(pools.get(host.name()));
        String generations = String.join("+",
            host.generations().stream().map(running -> Integer.toString(running.number())).toList());
        out.printf(ROW, host.name(), pool.map(p -> printable(p.path("state").asText())).orElse("?"),
            host.uid().map(String::valueOf).orElse("-"), generations.isEmpty() ? "-" : generations,
            pool.map(p -> p.path("busy").asInt() + "/" + p.path("idle").asInt()).orElse("?"),
            pool.map(p -> p.path("waiting").asText()).map(StatusTable::printable).orElse("?"),
            pool.map(p -> p.path("requests").asText()).map(StatusTable::printable).orElse("?"),
            pool.map(p -> p.path("failures").asText()).map(StatusTable::printable).orElse("?"));
        host.quarantine().ifPresent(why -> out.println("    does not serve: " + printable(why)));
        pool.map(p -> p.path("lastFailure").asText("")).filter(why -> !why.isEmpty() && !why.equals("null"))
            .ifPresent(why -> out.println("    last failure: " + printable(why)));
    }

    /** What comes from the connector may hold what came from an owner: no control character reaches the terminal. */
    static String printable(String text) {
        return text.replaceAll("\\p{C}", "?");
    }
}
