package warren.connector;

import org.apache.coyote.Processor;
import org.apache.coyote.ajp.AbstractAjpProtocol;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;
import org.apache.tomcat.util.net.NioChannel;

/**
 * Tomcat's AJP over NIO on the inherited Unix socket, with {@link GatewayProcessor} and {@link InheritedEndpoint} in
 * the places of Tomcat's own.
 */
final class GatewayProtocol extends AbstractAjpProtocol<NioChannel> {
    private static final Log LOG = LogFactory.getLog(GatewayProtocol.class);
    private final InheritedEndpoint endpoint;
    private final InFlight inFlight = new InFlight();

    GatewayProtocol(String socketPath, int packetBytes) {
        this(new InheritedEndpoint(socketPath, packetBytes));
        setPacketSize(packetBytes);
    }

    private GatewayProtocol(InheritedEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
    }

    InFlight inFlight() {
        return inFlight;
    }

    /** How many of httpd's connections are open. */
    long connections() {
        return endpoint.getConnectionCount();
    }

    /** No further connection is accepted; those that come wait in the socket's backlog for the next connector. */
    void stopAccepting() {
        endpoint.stopAccepting();
    }

    @Override
    protected Processor createProcessor() {
        return new GatewayProcessor(this, getAdapter());
    }

    @Override
    protected String getNamePrefix() {
        return "ajp";
    }

    @Override
    protected Log getLog() {
        return LOG;
    }
}
