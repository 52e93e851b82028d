package warren.httpd;

import java.util.List;
import java.util.Optional;

/**
 * What httpd's configuration says of Warren.
 *
 * @param server the server's settings; empty where a problem stops everything
 * @param sites what may serve; none where a problem stops everything
 * @param quarantined what may not serve, each for problems of its own
 * @param problems all of them, warnings too, in the order found
 */
public record WarrenConfiguration(Optional<ServerSettings> server, List<Site> sites,
                                  List<QuarantinedSite> quarantined, List<Problem> problems) {
    public WarrenConfiguration {
        sites = List.copyOf(sites);
        quarantined = List.copyOf(quarantined);
        problems = List.copyOf(problems);
        if (server.isPresent() == problems.stream().anyMatch(Problem::stopsEverything)) {
            throw new IllegalArgumentException("the server's settings are there unless a problem stops everything");
        }
    }

    /** Without what concerns other virtual hosts and service hosts than this one. */
    WarrenConfiguration only(String name) {
        return new WarrenConfiguration(server, sites.stream().filter(site -> site.name().equals(name)).toList(),
            quarantined.stream().filter(site -> site.name().equals(name)).toList(),
            problems.stream().filter(problem -> problem.virtualHost().map(name::equals).orElse(true)).toList());
    }
}
