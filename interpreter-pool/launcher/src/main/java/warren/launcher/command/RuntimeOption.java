package warren.launcher.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;
import warren.contract.OwnersAnswer;
import warren.contract.OwnersAsk;
import warren.contract.VirtualHostName;
import warren.launcher.Directories;
import warren.launcher.control.ControlClient;
import warren.launcher.control.OwnersClient;

/** Which launcher is meant. */
final class RuntimeOption {
    @Option(names = "--runtime", paramLabel = "DIRECTORY", defaultValue = "/run/warren",
        description = "the launcher's WarrenRuntimeDirectory (default: ${DEFAULT-VALUE})")
    Path runtime;

    Directories directories() {
        return new Directories(runtime, runtime, runtime, runtime);
    }

    ControlClient control() {
        return new ControlClient(directories().controlSocket());
    }

    /** Whether an owner asks, of the connector, and not root. */
    static boolean isOwners() throws IOException {
        return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") != 0;
    }

    /** Has an owner's ask answered; the exit status. */
    int askAsOwner(OwnersAsk.Verb verb, String virtualHost, int withinSeconds) throws IOException {
        if (virtualHost != null && !VirtualHostName.isWellFormed(virtualHost)) {
            throw new IOException("\"" + virtualHost + "\" is no virtual host's name");
        }
        OwnersAnswer answer = new OwnersClient(directories().ownersSocket()).ask(
            new OwnersAsk(verb, Optional.ofNullable(virtualHost).map(VirtualHostName::new), withinSeconds));
        print(answer.lines());
        return answer.good() ? WarrenCommand.DONE : WarrenCommand.NOT_DONE;
    }

    /** Prints what the launcher answered; the connector's words in it may hold an owner's. */
    static void print(List<String> lines) {
        lines.forEach(line -> System.out.println(StatusTable.printable(line)));
    }
}
