package warren.launcher;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import warren.contract.VirtualHostName;
import warren.httpd.Problem;
import warren.httpd.SecretsFile;
import warren.httpd.ServerSettings;
import warren.httpd.WarrenConfiguration;

/** Takes over what the files say, of all virtual hosts or of one, and has the connector renew what runs. Not thread-safe. */
final class Reload {
    private final ConfigurationFiles files;
    private final ServerSettings server;
    private final Secrets secrets;
    private final Configurations configurations;
    private final Reloads reloads;

    Reload(ConfigurationFiles files, ServerSettings server, Secrets secrets, Configurations configurations, Reloads reloads) {
        this.files = files;
        this.server = server;
        this.secrets = secrets;
        this.configurations = configurations;
        this.reloads = reloads;
    }

    /**
     * Reads the files again.
     *
     * @param only the virtual host to take over and renew; empty for all, those that came or went too
     * @param within how long the connector may take
     * @return what became of each; the last line says so where nothing was changed
     */
    Outcome of(Optional<VirtualHostName> only, Duration within) throws IOException {
        WarrenConfiguration read = only.isPresent() ? files.readOne(only.get()) : files.read();
        List<String> lines = new ArrayList<>(read.problems().stream().map(Problem::toString).toList());
        if (read.server().isEmpty() || !read.server().get().equals(server)) {
            lines.add(read.server().isEmpty() ? "nothing was reloaded: the configuration has errors of the server"
                : "nothing was reloaded: server settings of Warren changed, which takes a restart");
            return new Outcome(false, lines);
        }
        Set<VirtualHostName> renewed = new TreeSet<>();
        read.sites().forEach(site -> renewed.add(new VirtualHostName(site.name())));
        if (only.isPresent() && renewed.isEmpty()) {
            lines.add("nothing was reloaded: no good virtual host " + only.get() + " is configured; one that is no longer"
                + " configured goes at a reload of all");
            return new Outcome(false, lines);
        }
        renewed.forEach(reloads::ask);
        if (only.isPresent()) {
            takeOne(read);
        } else {
            take(read);
        }
        return outcome(renewed, reloads.await(renewed, within), lines, read.quarantined().isEmpty());
    }

    /** Tokens first, so that httpd's include names every virtual host before the connector knows it. */
    void take(WarrenConfiguration configuration) throws IOException {
        secrets.keepFor(Sites.withDoors(configuration));
        replace(new Sites(secrets.tokens(), reloads).of(configuration, configurations.current()));
        // what was read of ten thousand virtual hosts is 100 MB, which the machine would miss until the next reading
        System.gc();
    }

    /** What was read of one of them; the others stay as they were taken last, whatever the files say of them now. */
    private void takeOne(WarrenConfiguration configuration) throws IOException {
        secrets.keepAlso(Sites.withDoors(configuration));
        Map<VirtualHostName, Site> sites = new HashMap<>(configurations.current().sites());
        sites.putAll(new Sites(secrets.tokens(), reloads).of(configuration, configurations.current()));
        replace(sites);
    }

    private void replace(Map<VirtualHostName, Site> sites) throws IOException {
        Secrets.writeIfOther(server.secretsFile(),
            new SecretsFile(secrets.ajpSecret(), Launcher.directoriesOf(server).ajpSocket()).render(Sites.secrets(sites.values())));
        configurations.replace(sites);
    }

    private static Outcome outcome(Set<VirtualHostName> renewed, Map<VirtualHostName, String> told, List<String> lines,
            boolean noneQuarantined) {
        boolean good = noneQuarantined;
        for (VirtualHostName name : renewed) {
            String failure = told.getOrDefault(name, "the connector did not tell in time what became of it");
            if (!failure.isEmpty()) {
                lines.add("vhost=" + name + ": not reloaded, what ran goes on: " + failure);
                good = false;
            }
        }
        lines.add(renewed.size() + (renewed.size() == 1 ? " virtual host read" : " virtual hosts read")
            + "; reload httpd too where one is new (apachectl graceful)");
        return new Outcome(good, lines);
    }
}
