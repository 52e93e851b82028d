package warren.launcher;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import warren.contract.Answer;
import warren.contract.VirtualHost;
import warren.contract.VirtualHostName;

/**
 * All virtual hosts and services as they are configured now.
 *
 * @param revision grows with every change
 * @param sites by name, quarantined ones too
 */
record Configuration(long revision, Map<VirtualHostName, Site> sites) {
    Configuration {
        sites = Map.copyOf(sites);
    }

    /** All, as the connector is told. */
    Iterable<Answer> list() {
        return sites.values().stream().<Answer>map(site -> new Answer.Listed(site.virtualHost()))::iterator;
    }

    /** What a connector must be told that knows another one. */
    Iterable<Answer> changesSince(Configuration known) {
        Stream<Answer> listed = sites.values().stream().map(Site::virtualHost)
            .filter(host -> !known.tells(host)).map(Answer.Listed::new);
        Stream<Answer> unlisted = known.sites.keySet().stream().filter(name -> !sites.containsKey(name))
            .map(Answer.Unlisted::new);
        return Stream.concat(listed, unlisted)::iterator;
    }

    private boolean tells(VirtualHost host) {
        Site site = sites.get(host.name());
        return site != null && site.virtualHost().equals(host);
    }

    /** The site of that name that may be launched. */
    Optional<Site> find(VirtualHostName name) {
        return Optional.ofNullable(sites.get(name)).filter(site -> site.virtualHost().quarantine().isEmpty());
    }
}
