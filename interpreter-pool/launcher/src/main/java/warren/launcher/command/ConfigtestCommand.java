package warren.launcher.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import warren.httpd.Problem;
import warren.httpd.WarrenConfiguration;
import warren.launcher.CannotStart;
import warren.launcher.Launcher;

@Command(name = "configtest", mixinStandardHelpOptions = true,
    description = "Read httpd's configuration as Warren would, print every problem with its file and line, change nothing.")
final class ConfigtestCommand implements Callable<Integer> {
    @Mixin
    private HttpdOptions httpd;

    @Override
    public Integer call() throws CannotStart {
        WarrenConfiguration read =
            Launcher.files(HttpdOptions.home(), httpd.file, httpd.serverRoot, httpd.defines).read();
        read.problems().forEach(System.out::println);
        if (read.problems().stream().anyMatch(problem -> problem.severity() == Problem.Severity.ERROR)) {
            return WarrenCommand.NOT_DONE;
        }
        System.out.println("Syntax OK");
        return WarrenCommand.DONE;
    }
}
