package warren.launcher;

import java.util.Map;
import java.util.Optional;
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

    /** The site of that name that may be launched. */
    Optional<Site> find(VirtualHostName name) {
        return Optional.ofNullable(sites.get(name)).filter(site -> site.virtualHost().quarantine().isEmpty());
    }
}
