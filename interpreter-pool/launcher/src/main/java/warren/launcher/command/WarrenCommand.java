package warren.launcher.command;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code warren} and its exit statuses. */
@Command(name = "warren", mixinStandardHelpOptions = true, version = "Warren 0.1.0",
    description = "Persistent interpreters for Apache httpd's virtual hosts, each under its owner's UID.",
    subcommands = {StartCommand.class, ConfigtestCommand.class, ReloadCommand.class, StopCommand.class,
        StatusCommand.class, CommandLine.HelpCommand.class},
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

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new WarrenCommand())
            .setCaseInsensitiveEnumValuesAllowed(true)
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
