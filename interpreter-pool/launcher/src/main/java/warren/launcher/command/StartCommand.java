package warren.launcher.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import warren.launcher.CannotStart;
import warren.launcher.Launcher;
import warren.launcher.control.ControlServer;
import warren.launcher.system.NotifySocket;
import warren.launcher.system.SystemCallFailed;

@Command(name = "start", mixinStandardHelpOptions = true,
    description = {"Run the launcher in the foreground, until SIGTERM, SIGINT or \"warren stop\".",
        "It tells a service manager when it is ready (sd_notify) and prints \"ready\"."})
final class StartCommand implements Callable<Integer> {
    @Mixin
    private HttpdOptions httpd;

    @Option(names = "--drain", paramLabel = "SECONDS", defaultValue = "30",
        description = "how long requests may still take at the end (default: ${DEFAULT-VALUE})")
    private int drainSeconds;

    @Override
    public Integer call() throws Exception {
        if (!isRoot()) {
            System.err.println("warren: start needs root: it switches to each owner's UID and GID, makes cgroups and"
                + " binds the sockets that httpd and the connector use");
            return WarrenCommand.ENVIRONMENT;
        }
        try {
            Launcher launcher = Launcher.start(HttpdOptions.home(), httpd.file, httpd.serverRoot, httpd.defines);
            serve(launcher);
            return WarrenCommand.DONE;
        } catch (CannotStart e) {
            System.err.println(e.getMessage());
            return switch (e.reason()) {
                case CONFIGURATION -> WarrenCommand.NOT_DONE;
                case ENVIRONMENT -> WarrenCommand.ENVIRONMENT;
                case ALREADY_RUNNING -> WarrenCommand.ALREADY_RUNNING;
                case CONNECTOR -> WarrenCommand.CONNECTOR;
            };
        }
    }

    /** Returns only where the end was not a signal's: every end goes through the shutdown hook. */
    private void serve(Launcher launcher) throws SystemCallFailed, InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(launcher), "stop"));
        new ControlServer(launcher, () -> System.exit(WarrenCommand.DONE));
        NotifySocket.tell("READY=1");
        System.out.println("ready");
        new CountDownLatch(1).await();
    }

    private void end(Launcher launcher) {
        try {
            NotifySocket.tell("STOPPING=1");
        } catch (SystemCallFailed e) {
            System.err.println("warren: " + e.getMessage());
        }
        launcher.stop(Duration.ofSeconds(drainSeconds));
        // a signal would give 128 and its number, but to be stopped is what we were asked
        Runtime.getRuntime().halt(WarrenCommand.DONE);
    }

    /** The effective UID, from {@code /proc/self/status} ({@code proc_pid_status(5)}). */
    private static boolean isRoot() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("Uid:")).allMatch(line -> line.split("\\s+")[2].equals("0"));
    }
}
