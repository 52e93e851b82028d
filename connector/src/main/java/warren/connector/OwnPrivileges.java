package warren.connector;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What this process could do beyond an ordinary user, as {@code /proc/PID/status} says (proc_pid_status(5)). */
final class OwnPrivileges {
    private OwnPrivileges() { }

    /**
     * Why a connector must not run like this: one of its four UIDs is 0, or it has a permitted or effective
     * capability. Empty where it may.
     *
     * @throws IOException where the status cannot be read; then it must not run either
     */
    static Optional<String> objection(Path status) throws IOException {
        List<String> lines = Files.readAllLines(status);
        for (String uid : field(lines, "Uid:").split("\\s+")) {
            if (uid.equals("0")) {
                return Optional.of("the connector does not run as root (UID 0): the launcher starts it as WarrenUser");
            }
        }
        for (String name : List.of("CapPrm:", "CapEff:")) {
            String held = field(lines, name);
            if (!held.matches("0+")) {
                return Optional.of("the connector does not run with capabilities, and " + name + " is " + held);
            }
        }
        return Optional.empty();
    }

    private static String field(List<String> lines, String name) throws IOException {
        return lines.stream().filter(line -> line.startsWith(name)).findFirst()
            .map(line -> line.substring(name.length()).strip())
            .orElseThrow(() -> new IOException("there is no " + name + " in the process's status"));
    }
}
