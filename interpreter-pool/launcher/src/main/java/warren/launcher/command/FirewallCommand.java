package warren.launcher.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import warren.launcher.CannotStart;
import warren.launcher.ConfigurationFiles;
import warren.launcher.Launcher;

@Command(name = "firewall", mixinStandardHelpOptions = true,
    description = {"Print rules for nft(8) that keep the owners of virtual hosts from services on the machine's loopback, but for DNS",
        "and the ports of WarrenNetwork connect. They hold for everything under the owners' UIDs, shells too. To put them in",
        "force, again after each change:  warren firewall | nft -f -"})
final class FirewallCommand implements Callable<Integer> {
    @Mixin
    private HttpdOptions httpd;

    @Override
    public Integer call() throws CannotStart {
        ConfigurationFiles files = Launcher.files(HttpdOptions.home(), httpd.file, httpd.serverRoot, httpd.defines);
        System.out.print(LoopbackRules.of(files.loopbackUsers(files.read())));
        return WarrenCommand.DONE;
    }
}
