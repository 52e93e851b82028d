package warren.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import warren.contract.Answer;
import warren.contract.PoolSettings;
import warren.contract.VirtualHost;
import warren.contract.VirtualHostName;

class ConfigurationsTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private final Configurations configurations = new Configurations(0);

    @Test
    void tellsWhoeverWaitsOfTheNextOne() throws Exception {
        CompletableFuture<Configuration> waiting =
            CompletableFuture.supplyAsync(() -> configurations.awaitOtherThan(0, () -> false, LONG));
        configurations.replace(Map.of());
        assertEquals(1, waiting.get(20, TimeUnit.SECONDS).revision());
    }

    @Test
    void givesTheSameAgainPastTheWait() {
        assertEquals(0, configurations.awaitOtherThan(0, () -> false, Duration.ofMillis(1)).revision());
    }

    @Test
    void tellsWhatHasChangedSinceTheOneBeforeAndNoneEarlier() {
        Configuration first = configurations.replace(sites(site("alice", 0), site("bob", 0)));
        Configuration second = configurations.replace(sites(site("alice", 1), site("carol", 0)));
        Set<Answer> told = new HashSet<>();
        second.changesSince(configurations.find(first.revision()).orElseThrow()).forEach(told::add);
        assertEquals(Set.of(new Answer.Listed(site("alice", 1).virtualHost()), new Answer.Listed(site("carol", 0).virtualHost()),
            new Answer.Unlisted(new VirtualHostName("bob"))), told);
        second.changesSince(second).forEach(change -> fail("has not changed: " + change));
        configurations.replace(Map.of());
        assertEquals(Optional.empty(), configurations.find(first.revision()));
    }

    private static Map<VirtualHostName, Site> sites(Site... all) {
        return Stream.of(all).collect(Collectors.toMap(site -> site.virtualHost().name(), Function.identity()));
    }

    private static Site site(String name, long reloads) {
        return new Site(new VirtualHost(new VirtualHostName(name), Optional.empty(), "/", List.of(), false,
            PoolSettings.DEFAULT, reloads, Optional.empty()), Optional.empty(), List.of(), List.of());
    }

    @Test
    void aConnectorServesOnlyOnceItHasTheCurrentRevision() throws Exception {
        configurations.replace(Map.of());
        configurations.connectorHas(1);
        configurations.replace(Map.of());
        assertFalse(configurations.awaitConnector(Duration.ofMillis(1)));
        CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> configurations.awaitConnector(LONG));
        configurations.connectorHas(2);
        assertTrue(waiting.get(20, TimeUnit.SECONDS));
        configurations.connectorGone();
        assertFalse(configurations.awaitConnector(Duration.ofMillis(1)));
    }
}
