package warren.launcher.command;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code warren} and its exit statuses. */
@Command(name = "warren", mixinStandardHelpOptions = true, version = "Warren 0.1.0",
    description = "Persistent interpreters for Apache httpd's virtual hosts, each under its owner's UID.",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
        "0:it was done; of start: it was stopped by a signal or by \"warren stop\"",
        "1:it was not done, or not all of it; the output says why",
        "2:the command line was not understood",
        "3:start: the machine lacks something that Warren needs (root, cgroup2, a directory that only root can write)",
        "4:start: another launcher runs already",
        "5:start: the connector did not come up"},
    footer = "%nA virtual host is added by a few lines in its <VirtualHost>, then: warren reload && apachectl graceful")
public final class WarrenCommand implements Runnable {
    static final int DONE = 0;
    static final int NOT_DONE = 1;
    static final int ENVIRONMENT = 3;
    static final int ALREADY_RUNNING = 4;
    static final int CONNECTOR = 5;

    private static final Map<String, Class<?>> COMMANDS = new LinkedHashMap<>();

    static {
        COMMANDS.put("start", StartCommand.class);
        COMMANDS.put("configtest", ConfigtestCommand.class);
        COMMANDS.put("reload", ReloadCommand.class);
        COMMANDS.put("restart", RestartCommand.class);
        COMMANDS.put("stop", StopCommand.class);
        COMMANDS.put("status", StatusCommand.class);
        COMMANDS.put("logs", LogsCommand.class);
        COMMANDS.put("limits", LimitsCommand.class);
        COMMANDS.put("attest", AttestCommand.class);
        COMMANDS.put("credential", CredentialCommand.class);
        COMMANDS.put("database", DatabaseCommand.class);
        COMMANDS.put("firewall", FirewallCommand.class);
        COMMANDS.put("help", CommandLine.HelpCommand.class);
    }

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    public static void main(String[] arguments) {
        System.exit(commandLine(arguments).execute(arguments));
    }

    /** Where the first argument names one of the commands, the others are left out: half of the start is their options. */
    static CommandLine commandLine(String... arguments) {
        CommandLine all = new CommandLine(new WarrenCommand());
        Map<String, Class<?>> wanted = arguments.length > 0 && COMMANDS.containsKey(arguments[0])
            ? Map.of(arguments[0], COMMANDS.get(arguments[0])) : COMMANDS;
        wanted.forEach(all::addSubcommand);
        return all.setCaseInsensitiveEnumValuesAllowed(true)
            .setExecutionExceptionHandler((failure, line, parsed) -> {
                line.getErr().println("warren: " + failure.getMessage());
                return NOT_DONE;
            });
    }

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }
}
