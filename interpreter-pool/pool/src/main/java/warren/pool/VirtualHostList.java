package warren.pool;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import warren.contract.VirtualHost;
import warren.contract.VirtualHostName;

/**
 * What the launcher serves at one revision of the configuration.
 *
 * @param revision to be sent with the next ask
 */
public record VirtualHostList(long revision, List<VirtualHost> virtualHosts) {
    /** Before any has come. */
    public static final VirtualHostList NONE = new VirtualHostList(0, List.of());

    public VirtualHostList {
        virtualHosts = List.copyOf(virtualHosts);
    }

    /**
     * The list after these changes; what has not changed stays the same object.
     *
     * @param listed new ones, and those that are not what they were
     * @param unlisted those that are not configured any more
     */
    VirtualHostList changed(long newRevision, List<VirtualHost> listed, Set<VirtualHostName> unlisted) {
        Map<VirtualHostName, VirtualHost> all = new LinkedHashMap<>();
        virtualHosts.forEach(host -> all.put(host.name(), host));
        listed.forEach(host -> all.put(host.name(), host));
        all.keySet().removeAll(unlisted);
        return new VirtualHostList(newRevision, List.copyOf(all.values()));
    }
}
