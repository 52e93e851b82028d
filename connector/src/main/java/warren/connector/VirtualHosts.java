package warren.connector;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import warren.contract.LogRotation;
import warren.contract.Token;
import warren.contract.VirtualHost;
import warren.contract.VirtualHostName;

/**
 * The virtual hosts and services as the launcher listed them last. One thread replaces the list, all requests read it.
 */
final class VirtualHosts {
    /** What the claim of an unknown name is compared with, so that it takes as long as one of a known name. */
    private static final Token DECOY = Token.random(new SecureRandom());
    private volatile Map<VirtualHostName, VirtualHost> byName = Map.of();

    void replace(List<VirtualHost> listed) {
        byName = listed.stream().collect(Collectors.toUnmodifiableMap(VirtualHost::name, Function.identity()));
    }

    Optional<VirtualHost> named(VirtualHostName name) {
        return Optional.ofNullable(byName.get(name));
    }

    /**
     * The virtual host that a claim, {@code name token}, proves; empty where the token is another's or wrong, the
     * name unknown or a service's. The answers take the same time.
     */
    Optional<VirtualHost> proved(String claim) {
        int space = claim.indexOf(' ');
        String name = claim.substring(0, Math.max(space, 0));
        Optional<VirtualHost> host = VirtualHostName.isWellFormed(name)
            ? named(new VirtualHostName(name)) : Optional.empty();
        Token token = host.flatMap(VirtualHost::token).orElse(DECOY);
        boolean right = token.matches(claim.substring(space + 1));
        return right && token != DECOY ? host : Optional.empty();
    }

    /** Those that run as this UID, by name. */
    List<VirtualHost> ownedBy(long uid) {
        return byName.values().stream().filter(host -> host.ownerUid().isPresent() && host.ownerUid().getAsLong() == uid)
            .sorted(Comparator.comparing(VirtualHost::name)).toList();
    }

    /** When the log of that name is to be rotated. */
    LogRotation logRotation(VirtualHostName name) {
        return named(name).map(VirtualHost::logRotation).orElse(LogRotation.DEFAULT);
    }

    /** How many there are. */
    int count() {
        return byName.size();
    }

    /** The longest drain time of any, for the connector's own drain. */
    Duration longestDrain() {
        return byName.values().stream().map(host -> host.pool().deadlines().drain())
            .max(Duration::compareTo).orElse(Duration.ZERO);
    }
}
