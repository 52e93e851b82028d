package warren.connector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import warren.contract.PoolSettings;
import warren.contract.Route;
import warren.contract.SpoolLimits;
import warren.contract.Token;
import warren.contract.VirtualHost;
import warren.contract.VirtualHostName;

/** A connector's end, and a launcher's. */
class DrainTest {
    private static final String TOKEN = "4".repeat(64);
    private static final String MACROS = """
        <Macro WarrenWorker-alice.localhost>
          <Proxy "${AJP}//alice.localhost">
            ProxySet secret=%s retry=0
          </Proxy>
        </Macro>
        """.formatted(RealConnector.SECRET);
    private static final String SECTIONS = """
        ProxyPass /app ${AJP}//alice.localhost/app nocanon
        <Location /app>
          SetEnv AJP_WARREN_VHOST "alice.localhost %s"
        </Location>
        """.formatted(TOKEN);

    private static VirtualHost alice(String route) {
        PoolSettings pool = new PoolSettings(0, 4, 0, 4, 1000, 100, 10, RealConnector.deadlines(Duration.ofSeconds(10)),
            SpoolLimits.DEFAULT);
        return new VirtualHost(new VirtualHostName("alice.localhost"), Optional.of(new Token(TOKEN)), "/tmp",
            List.of(new Route.Application(route, "/srv/alice/app.psgi")), false, pool, 0, Optional.empty());
    }

    private static RealHttpd httpdOf(RealConnector connector) throws Exception {
        Files.createDirectories(connector.directory.resolve("htdocs"));
        return new RealHttpd(connector.directory, connector.ajpSocket(), MACROS, SECTIONS);
    }

    @Test
    void finishesWhatIsInFlightAndExitsWithZero() throws Exception {
        try (RealConnector connector = new RealConnector(List.of(alice("/app"))); RealHttpd httpd = httpdOf(connector)) {
            httpd.get("/app/pid");
            CompletableFuture<String> slow = CompletableFuture.supplyAsync(() -> {
                try {
                    return httpd.get("/app/slow?1.5");
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            Await.until("the slow request is at work", () -> connector.status().contains("\"busy\":1"));
            assertEquals(0, connector.terminate());
            String response = slow.get();
            assertTrue(response.startsWith("HTTP/1.1 200 ") && response.contains("slept"), response);
            assertTrue(Files.exists(connector.ajpSocket()), "the socket is the launcher's");
        }
    }

    @Test
    void followsTheListAndKeepsServingWithoutALauncher() throws Exception {
        try (RealConnector connector = new RealConnector(List.of(alice("/app"))); RealHttpd httpd = httpdOf(connector)) {
            assertTrue(httpd.get("/app/x").contains("SCRIPT_NAME=/app\n"));
            long revision = connector.launcher.replace(List.of(alice("/app/x")));
            Await.until("the list is in force", () -> connector.launcher.lastSeen() == revision);
            assertTrue(httpd.get("/app/x").contains("SCRIPT_NAME=/app/x\n"));
            connector.launcher.goAway();
            assertTrue(httpd.get("/app/x").startsWith("HTTP/1.1 200 "));
        }
    }
}
