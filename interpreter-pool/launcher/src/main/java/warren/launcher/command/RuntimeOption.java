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
import warren.launcher.credentials.CredentialIntake;

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
        return uid() != 0;
    }

    private static int uid() throws IOException {
        return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    }

    /** Has an owner's ask answered; the exit status. */
    int askAsOwner(OwnersAsk.Verb verb, String virtualHost, int withinSeconds) throws IOException {
        return askAsOwner(new OwnersAsk(verb, Optional.ofNullable(virtualHost).map(RuntimeOption::name), withinSeconds));
    }

    private int askAsOwner(OwnersAsk ask) throws IOException {
        OwnersAnswer answer = new OwnersClient(directories().ownersSocket()).ask(ask);
        print(answer.lines());
        return answer.good() ? WarrenCommand.DONE : WarrenCommand.NOT_DONE;
    }

    /** Has an owner set a credential of his virtual host; the exit status. */
    int giveAsOwner(String virtualHost, String credential, byte[] value, int withinSeconds) throws IOException {
        VirtualHostName host = name(virtualHost);
        int asked = askAsOwner(new OwnersAsk(OwnersAsk.Verb.GIVE_CREDENTIAL, Optional.of(host), withinSeconds, Optional.of(credential)));
        if (asked == WarrenCommand.DONE) {
            OwnersClient.give(CredentialIntake.socket(directories().credentialIntake(), Integer.toUnsignedLong(uid())), host, credential, value);
        }
        return asked;
    }

    private static VirtualHostName name(String virtualHost) {
        if (!VirtualHostName.isWellFormed(virtualHost)) {
            throw new IllegalArgumentException("\"" + virtualHost + "\" is no virtual host's name");
        }
        return new VirtualHostName(virtualHost);
    }

    /** Prints what the launcher answered; the connector's words in it may hold an owner's. */
    static void print(List<String> lines) {
        lines.forEach(line -> System.out.println(StatusTable.printable(line)));
    }
}
