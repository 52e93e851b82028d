package warren.connector;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.util.ServerInfo;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.Answer;
import warren.pool.LauncherClient;
import warren.pool.Pools;

/** The running connector: its parts in the order in which they start, and the reverse. */
final class Service {
    private static final Logger LOG = LogManager.getLogger(Service.class);
    /** How long the next connector waits for launches that this one has begun. */
    private static final Duration LAUNCHES = Duration.ofSeconds(5);

    private final Instant started = Instant.now();
    private final VirtualHosts virtualHosts = new VirtualHosts();
    private final OwnersLogs ownersLogs;
    private final GatewayServlet servlet;
    private final AjpServer server;
    private final Pools pools;
    private final VirtualHostsFollower follower;
    private final StatusSocket status;
    private final OwnersSocket owners;
    private final LauncherClient launcher;

    private Service(LauncherClient launcher, Answer.Configured configured) throws IOException {
        this.launcher = launcher;
        ownersLogs = new OwnersLogs(Path.of(configured.ownersLogDirectory()), virtualHosts::logRotation,
            launcher::rotateLog);
        pools = new Pools(launcher, ownersLogs, Path.of(configured.spoolDirectory()));
        servlet = new GatewayServlet(virtualHosts, pools, ownersLogs);
        server = new AjpServer(configured, servlet);
        follower = new VirtualHostsFollower(launcher, virtualHosts, pools);
        status = StatusSocket.open(Path.of(configured.workDirectory(), "status.sock"), () -> statusNow().json());
        owners = OwnersSocket.open(Path.of(configured.ownersDirectory(), "owners.sock"), new OwnersOrders(virtualHosts, pools, launcher));
    }

    /** Returns once requests are served by a first list of virtual hosts. */
    static void start(LauncherClient launcher, Answer.Configured configured)
            throws IOException, LifecycleException, InterruptedException {
        Service service = new Service(launcher, configured);
        service.ownersLogs.start();
        service.follower.applyFirst();
        service.server.start();
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("drain").unstarted(service::drainAndExit));
        // The launcher takes the ask for the next list as the sign that this one is served.
        service.follower.start(service::retire);
        LOG.info("ready, listening on {}", configured.ajpSocket());
    }

    private StatusDocument statusNow() {
        return new StatusDocument(ProcessHandle.current().pid(), started, servlet.requests(),
            Runtime.version().toString(), ServerInfo.getServerNumber(),
            pools.status().stream().map(pool -> StatusDocument.Pool.of(pool, ownersLogs.losses(pool.name()))).toList());
    }

    /**
     * Another connector takes over, on the same socket. What has come is finished, and what httpd still sends by the connections
     * that it has, until it uses none of them any more.
     */
    private void retire() {
        LOG.info("another connector takes over; finishing what has come");
        attempt("let others accept", () -> {
            servlet.beginDrain();
            server.stopAccepting();
        });
        attempt("leave what runs to the next one", () -> pools.retire(LAUNCHES));
        attempt("leave the owners' logs", ownersLogs::retire);
        attempt("leave the status socket", status::abandon);
        attempt("leave the owners' socket", owners::abandon);
        // the next one waits for that word, but not for ever
        attempt("say so to the launcher", launcher::retired);
        attempt("see the last connection of httpd's", server::awaitDisuse);
        finish(virtualHosts.longestDrain());
    }

    /** A step of an end, which comes whatever becomes of each. */
    private interface Step {
        void take() throws IOException, InterruptedException;
    }

    private static void attempt(String what, Step step) {
        try {
            step.take();
        } catch (IOException | InterruptedException | RuntimeException e) {
            LOG.warn("could not {}: {}", what, e.toString());
        }
    }

    /** SIGTERM. A hook cannot say how a JVM exits (143 for a signal), unless it ends it itself. */
    private void drainAndExit() {
        Duration atMost = virtualHosts.longestDrain();
        LOG.info("no longer accepting, at most {} for the requests in flight", atMost);
        attempt("let others accept", () -> {
            servlet.beginDrain();
            server.stopAccepting();
        });
        attempt("close the status socket", status::close);
        attempt("close the owners' socket", owners::close);
        finish(atMost);
    }

    /** The last requests, and the end of this process. */
    private void finish(Duration atMost) {
        attempt("finish what has come", () -> {
            if (!server.awaitNoneInFlight(atMost)) {
                LOG.warn("requests are still in flight after {} and are cut", atMost);
            }
        });
        attempt("close the pools", pools::close);
        LOG.info("stopped");
        LogManager.shutdown();
        Runtime.getRuntime().halt(0);
    }
}
