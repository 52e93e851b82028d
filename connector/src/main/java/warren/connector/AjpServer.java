package warren.connector;

import jakarta.servlet.Servlet;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Manager;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.session.StandardManager;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.modeler.Registry;
import warren.contract.Answer;

/**
 * Tomcat, reduced to its AJP connector and one servlet: no HTTP, no sessions, no parameters, no files, no error pages
 * and no management beans.
 *
 * <p>Each request has a platform thread. httpd's own limit (MaxRequestWorkers) bounds how many there are, since each
 * request occupies a worker there too; the limit here is above any that httpd is run with, so that no virtual host's
 * queue can take the threads of the others. (Virtual threads were not taken: on Java 21 to 23 Tomcat's waits pin
 * their carriers.)
 */
final class AjpServer {
    private static final int MOST_CONNECTIONS = 4096;
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(30);
    /**
     * httpd takes a connection no more that has been idle for 10 seconds (WORKER_TTL); one that answers here is closed then. From
     * taking it to sending by it a starved machine may need seconds.
     */
    private static final Duration DISUSED = Duration.ofSeconds(25);
    private static final long LOOK_NANOS = 50_000_000;
    /** Between two packets of one request; longer than httpd's default Timeout, which ends them first. */
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(120);
    /**
     * Names that may come beside those of the protocol's own. httpd sends every {@code AJP_*} variable, and owners can
     * set some; the servlet reads only ours, so the others do no harm and cost no log line. A name with a dot or a
     * lower-case letter could be one that Tomcat itself obeys (CVE-2020-1938): 403.
     */
    private static final String ATTRIBUTES = "[A-Z0-9_]{1,64}";

    private final Tomcat tomcat = new Tomcat();
    private final GatewayProtocol protocol;

    AjpServer(Answer.Configured configured, Servlet servlet) {
        Registry.disableRegistry();
        protocol = new GatewayProtocol(configured.ajpSocket(), configured.ajpPacketBytes());
        protocol.setSecret(configured.ajpSecret());
        protocol.setSecretRequired(true);
        protocol.setAllowedRequestAttributesPattern(ATTRIBUTES);
        // REMOTE_USER and AUTH_TYPE are httpd's.
        protocol.setTomcatAuthentication(false);
        protocol.setKeepAliveTimeout((int) KEEP_ALIVE.toMillis());
        protocol.setConnectionTimeout((int) READ_TIMEOUT.toMillis());
        protocol.setMaxConnections(MOST_CONNECTIONS);
        protocol.setMaxThreads(MOST_CONNECTIONS);
        protocol.setMinSpareThreads(4);
        // httpd has its own limit; what one packet can hold is all there can be.
        protocol.setMaxHeaderCount(-1);
        tomcat.setBaseDir(configured.workDirectory());
        tomcat.getService().addConnector(connector());
        ((StandardHost) tomcat.getHost()).setErrorReportValveClass("");
        install(servlet);
    }

    private Connector connector() {
        Connector connector = new Connector(protocol);
        connector.setURIEncoding("ISO-8859-1");
        connector.setAllowTrace(true);
        connector.setMaxPostSize(-1);
        connector.setEnableLookups(false);
        return connector;
    }

    private void install(Servlet servlet) {
        Context context = tomcat.addContext("", null);
        context.setCookies(false);
        context.setManager(withoutSeed());
        Tomcat.addServlet(context, "gateway", servlet);
        context.addServletMappingDecoded("/", "gateway");
        context.addServletContainerInitializer(
            (classes, servletContext) -> servletContext.setSessionTrackingModes(Set.of()), Set.of());
    }

    /** There are no sessions; the manager that Tomcat wants would spend a part of the start on a seed for their names. */
    private static Manager withoutSeed() {
        StandardManager manager = new StandardManager();
        manager.setPathname("");
        manager.setSecureRandomAlgorithm("NativePRNGNonBlocking");
        return manager;
    }

    /** Listens once it returns. */
    void start() throws LifecycleException {
        tomcat.start();
    }

    /** No further connection is accepted; those that come wait for the next connector. */
    void stopAccepting() {
        protocol.stopAccepting();
    }

    /** After that: until httpd has no connection here, or uses none that it has. */
    void awaitDisuse() {
        long deadline = System.nanoTime() + DISUSED.toNanos();
        while (protocol.connections() > 0 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** Waits for the requests in flight; false where some were still at work in the end. */
    boolean awaitNoneInFlight(Duration atMost) throws InterruptedException {
        return protocol.inFlight().awaitNone(atMost);
    }
}
