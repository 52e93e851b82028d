package warren.pool;

import java.util.List;
import warren.contract.VirtualHost;

/**
 * What the launcher serves at one revision of the configuration.
 *
 * @param revision to be sent with the next ask
 */
public record VirtualHostList(long revision, List<VirtualHost> virtualHosts) {
    public VirtualHostList {
        virtualHosts = List.copyOf(virtualHosts);
    }
}
