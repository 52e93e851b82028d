package warren.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ConfigurationsTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private final Configurations configurations = new Configurations(0);

    @Test
    void tellsWhoeverWaitsOfTheNextOne() throws Exception {
        CompletableFuture<Configuration> waiting =
            CompletableFuture.supplyAsync(() -> configurations.awaitOtherThan(0, LONG));
        configurations.replace(Map.of());
        assertEquals(1, waiting.get(20, TimeUnit.SECONDS).revision());
    }

    @Test
    void givesTheSameAgainPastTheWait() {
        assertEquals(0, configurations.awaitOtherThan(0, Duration.ofMillis(1)).revision());
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
