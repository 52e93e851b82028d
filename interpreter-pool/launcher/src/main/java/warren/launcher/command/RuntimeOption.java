package warren.launcher.command;

import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;
import warren.launcher.Directories;
import warren.launcher.control.ControlClient;

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

    /** Prints what the launcher answered; the connector's words in it may hold an owner's. */
    static void print(List<String> lines) {
        lines.forEach(line -> System.out.println(StatusTable.printable(line)));
    }
}
