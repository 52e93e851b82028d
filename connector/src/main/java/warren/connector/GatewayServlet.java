package warren.connector;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.concurrent.atomic.LongAdder;
import warren.pool.OwnersLog;
import warren.pool.Pools;

/** The only servlet, and the door to everything behind it. What happens to a request stands in {@link Visit}. */
final class GatewayServlet extends HttpServlet {
    private final transient VirtualHosts virtualHosts;
    private final transient Pools pools;
    private final transient OwnersLog ownersLog;
    private final transient LongAdder requests = new LongAdder();
    private volatile boolean draining;

    GatewayServlet(VirtualHosts virtualHosts, Pools pools, OwnersLog ownersLog) {
        this.virtualHosts = virtualHosts;
        this.pools = pools;
        this.ownersLog = ownersLog;
    }

    /** How many requests have come. */
    long requests() {
        return requests.sum();
    }

    /** From now on each response is its connection's last. */
    void beginDrain() {
        draining = true;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) {
        requests.increment();
        Visit visit = new Visit(request, response, virtualHosts, pools, ownersLog);
        visit.run();
        if (draining) {
            visit.endConnection();
        }
    }
}
