package warren.launcher.command;

import java.io.Console;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import warren.contract.OwnersAsk;
import warren.launcher.control.ControlAnswer;
import warren.launcher.control.ControlAsk;
import warren.launcher.control.ControlAsk.Credential;
import warren.launcher.credentials.CredentialStore;

@Command(name = "credential", mixinStandardHelpOptions = true,
    description = {"Keep what virtual hosts are given to know, sealed: a virtual host finds it where WarrenCredential names it, as a file",
        "in the directory $CREDENTIALS_DIRECTORY. set and rotate take the value from standard input, without a line's end at its",
        "end, or ask for it on a terminal; rotate also reloads the virtual host. list shows names, no values. An owner sets and rotates",
        "those that WarrenCredential names for his own."})
final class CredentialCommand implements Callable<Integer> {
    private static final int WITHIN_SECONDS = 120;

    @Mixin
    private RuntimeOption launcher;

    @Parameters(index = "0", paramLabel = "set|rotate|remove|list")
    private Action action;

    @Parameters(index = "1", paramLabel = "VHOST")
    private String virtualHost;

    @Parameters(index = "2", arity = "0..1", paramLabel = "NAME")
    private String name;

    /** As it is typed. */
    private enum Action { set, rotate, remove, list }

    @Override
    public Integer call() throws Exception {
        if (action != Action.list && name == null) {
            System.err.println("warren: " + action + " needs the name of a credential");
            return WarrenCommand.NOT_DONE;
        }
        if (RuntimeOption.isOwners()) {
            return asOwner();
        }
        Optional<byte[]> value = action == Action.set || action == Action.rotate ? Optional.of(value()) : Optional.empty();
        ControlAnswer answer = launcher.control().ask(new ControlAsk(virtualHost, WITHIN_SECONDS,
            new Credential(Credential.Action.valueOf(action.name().toUpperCase(Locale.ROOT)), Optional.ofNullable(name), value)));
        RuntimeOption.print(answer.lines());
        return answer.good() ? WarrenCommand.DONE : WarrenCommand.NOT_DONE;
    }

    private int asOwner() throws IOException {
        if (action != Action.set && action != Action.rotate) {
            System.err.println("warren: an owner sets and rotates; " + action + " is the administrator's");
            return WarrenCommand.NOT_DONE;
        }
        byte[] value = value();
        CredentialStore.requireLength(value.length);
        int given = launcher.giveAsOwner(virtualHost, name, value, WITHIN_SECONDS);
        if (given == WarrenCommand.DONE && action == Action.rotate) {
            return launcher.askAsOwner(OwnersAsk.Verb.RELOAD, virtualHost, WITHIN_SECONDS);
        }
        if (given == WarrenCommand.DONE) {
            System.out.println(name + " set: launches from now on have it");
        }
        return given;
    }

    /** Never an argument: those are everybody's to read in /proc. */
    private byte[] value() throws IOException {
        Console console = System.console();
        // newer Javas have a console where there is no terminal, too
        if (console != null && Files.readSymbolicLink(Path.of("/proc/self/fd/0")).toString().matches("/dev/(pts/|tty).*")) {
            return new String(console.readPassword("value of %s: ", name)).getBytes(StandardCharsets.UTF_8);
        }
        byte[] read = System.in.readNBytes(CredentialStore.MOST_VALUE_BYTES + 1);
        int length = read.length > 0 && read[read.length - 1] == '\n' ? read.length - 1 : read.length;
        return Arrays.copyOf(read, length);
    }
}
