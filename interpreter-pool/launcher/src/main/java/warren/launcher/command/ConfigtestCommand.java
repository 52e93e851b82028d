package warren.launcher.command;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import warren.httpd.Problem;
import warren.httpd.WarrenConfiguration;
import warren.launcher.CannotStart;
import warren.launcher.ConfigurationFiles;
import warren.launcher.Launcher;
import warren.launcher.LoopbackServices;
import warren.launcher.SystemVIpc;
import warren.launcher.cgroup.CgroupTree;
import warren.launcher.cgroup.Controller;

@Command(name = "configtest", mixinStandardHelpOptions = true,
    description = "Read httpd's configuration as Warren would, print every problem with its file and line, change nothing.")
final class ConfigtestCommand implements Callable<Integer> {
    @Mixin
    private HttpdOptions httpd;

    @Override
    public Integer call() throws CannotStart {
        ConfigurationFiles files = Launcher.files(HttpdOptions.home(), httpd.file, httpd.serverRoot, httpd.defines);
        WarrenConfiguration read = files.read();
        read.problems().forEach(System.out::println);
        for (Controller missing : missingControllers()) {
            System.out.println("warning: no cgroup has the controller " + missing.versionTwoName()
                + ": its limits are not enforced, and with WarrenQuotas strict nothing that has one is launched");
        }
        SystemVIpc.obstacle().ifPresent(obstacle -> System.out.println("warning: " + obstacle));
        tellOfLoopback(files.loopbackUsers(read).size());
        tellOfCredentials(files.credentialsInTheOpen(read));
        if (read.problems().stream().anyMatch(problem -> problem.severity() == Problem.Severity.ERROR)) {
            return WarrenCommand.NOT_DONE;
        }
        System.out.println("Syntax OK");
        return WarrenCommand.DONE;
    }

    private static void tellOfLoopback(int owners) {
        String services = owners == 0 || LoopbackRules.areInForce() ? "" : LoopbackServices.shown();
        if (!services.isEmpty()) {
            System.out.println("warning: " + owners + (owners == 1 ? " owner reaches" : " owners reach")
                + " what listens on the loopback, " + services + ": WarrenNetwork none or warren firewall closes it, see docs/jails.md");
        }
    }

    private static void tellOfCredentials(List<String> virtualHosts) {
        if (!virtualHosts.isEmpty()) {
            System.out.println("warning: credentials of " + virtualHosts.get(0)
                + (virtualHosts.size() == 1 ? "" : " and " + (virtualHosts.size() - 1) + " more") + " can be read by everything under the"
                + " owner's UID, his other virtual hosts too: it is without a jail (WarrenJail), see docs/credentials.md");
        }
    }

    private static List<Controller> missingControllers() {
        try {
            return CgroupTree.missingHere();
        } catch (IOException noTree) {
            System.out.println("warning: " + noTree.getMessage());
            return List.of();
        }
    }
}
