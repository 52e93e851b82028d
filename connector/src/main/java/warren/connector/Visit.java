package warren.connector;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.VirtualHost;
import warren.contract.VirtualHostName;
import warren.pool.OwnersLog;
import warren.pool.Pools;

/**
 * One request's way: whose it is, where it leads, what the interpreter is told, and then the interpreter's answer or
 * the one error page. Nothing but the token says whose it is. A failure is one status and one log line with the
 * request's id; a response that has begun and cannot be completed is cut. Throws nothing that is foreseen.
 */
final class Visit {
    private static final Logger LOG = LogManager.getLogger(Visit.class);
    private static final String CLAIM = "WARREN_VHOST";

    private final String id = RequestIds.next();
    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final HttpdConnection connection;
    private final VirtualHosts virtualHosts;
    private final Pools pools;
    private final OwnersLog ownersLog;
    private Optional<VirtualHostName> owner = Optional.empty();
    private Optional<ClientExchange> exchange = Optional.empty();

    Visit(HttpServletRequest request, HttpServletResponse response, VirtualHosts virtualHosts, Pools pools,
          OwnersLog ownersLog) {
        this.request = request;
        this.response = response;
        this.connection = (HttpdConnection) request.getServletConnection();
        this.virtualHosts = virtualHosts;
        this.pools = pools;
        this.ownersLog = ownersLog;
    }

    void run() {
        boolean ended = false;
        try {
            serve();
            ended = true;
        } catch (Exception e) {
            fail(e);
            ended = true;
        } finally {
            if (!ended) {
                // An Error: whatever Tomcat makes of it, httpd must not take it for a whole response.
                connection.cut();
            }
        }
    }

    private void serve() throws Exception {
        VirtualHost host = provedHost();
        owner = Optional.of(host.name());
        requireServing(host);
        Destination destination = Destination.of(request, host, virtualHosts);
        owner = Optional.of(destination.pool().name());
        requireServing(destination.pool());
        Map<String, String> variables = CgiVariables.of(request, destination, id);
        ClientExchange made = new ClientExchange(request, response, connection, variables,
            destination.pool().pool().deadlines().write());
        exchange = Optional.of(made);
        pools.of(destination.pool().name()).serve(made);
        if (made.failure().isPresent()) {
            throw Refusal.of(made.failure().get().status(), "the interpreter reports a failure of the owner's code");
        }
    }

    private VirtualHost provedHost() throws Refusal {
        if (!(request.getAttribute(CLAIM) instanceof String claim)) {
            throw Refusal.of(403, "no " + CLAIM);
        }
        if (connection.attributesNamed(CLAIM) != 1) {
            throw Refusal.of(403, "more than one " + CLAIM);
        }
        return virtualHosts.proved(claim).orElseThrow(() -> Refusal.of(403, CLAIM + " proves no virtual host"));
    }

    private static void requireServing(VirtualHost host) throws Refusal {
        if (host.quarantine().isPresent()) {
            throw Refusal.unavailable("quarantined: " + host.quarantine().get());
        }
    }

    private void fail(Exception failure) {
        Optional<Refusal> refusal = Statuses.of(failure);
        if (refusal.isEmpty()) {
            LOG.info("{} id={} the client's connection failed: {}", fields(), id, failure.toString());
            connection.cut();
        } else if (exchange.isPresent() && exchange.get().hasBegun()) {
            report(refusal.get(), "cut", failure);
            cutAfterWhatIsThere();
        } else {
            report(refusal.get(), Integer.toString(refusal.get().status()), failure);
            sendPage(refusal.get());
        }
    }

    private void report(Refusal refusal, String status, Exception failure) {
        if (refusal.status() == 500 && !(failure instanceof Refusal)) {
            LOG.error("{} id={} status={} {}", fields(), id, status, refusal.getMessage(), failure);
        } else {
            LOG.warn("{} id={} status={} {}", fields(), id, status, refusal.getMessage());
        }
        if (refusal.status() >= 500) {
            owner.ifPresent(name -> ownersLog.tell(name, "id=" + id + " status=" + status + " "
                + refusal.getMessage()));
        }
    }

    private void sendPage(Refusal refusal) {
        try {
            if (exchange.isPresent()) {
                exchange.get().dropBody();
            }
            ErrorPage.send(response, refusal.status(), refusal.retryAfter(), id);
        } catch (IOException e) {
            LOG.debug("{} id={} the client did not wait for the error page", fields(), id, e);
            connection.cut();
        }
    }

    /** Always the same to the client: it gets what there was of the response, and no end. */
    private void cutAfterWhatIsThere() {
        try {
            response.flushBuffer();
        } catch (IOException e) {
            LOG.debug("{} id={} the client was gone before the cut", fields(), id, e);
        }
        connection.cut();
    }

    void endConnection() {
        try {
            response.flushBuffer();
            connection.endAfterResponse();
        } catch (IOException e) {
            LOG.debug("{} id={} the client was gone before the end", fields(), id, e);
        }
    }

    private String fields() {
        String named = "vhost=" + owner.map(VirtualHostName::value).orElse("?");
        return exchange.map(made -> made.interpreterFields(named)).orElse(named);
    }
}
