package warren.connector;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.channels.SelectableChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.apache.coyote.Adapter;
import org.apache.coyote.ErrorState;
import org.apache.coyote.ajp.AjpMessage;
import org.apache.coyote.ajp.AjpProcessor;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.tomcat.util.buf.MessageBytes;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * Tomcat's AJP processor with three things that Warren needs: it can cut a connection, it counts repeated
 * attributes, and it leaves the request's path alone. One per connection and request at a time.
 */
final class GatewayProcessor extends AjpProcessor {
    private static final Logger LOG = LogManager.getLogger(GatewayProcessor.class);
    private static final VarHandle REQUEST_MESSAGE = requestMessage();
    private static final int AJP_HEADER_BYTES = 4;

    private final GatewayProtocol protocol;

    GatewayProcessor(GatewayProtocol protocol, Adapter adapter) {
        super(protocol, adapter);
        this.protocol = protocol;
        ReasonedMessage.installInto(this, protocol.getPacketSize());
    }

    /** Counts the requests in flight, from their first byte read to their end sent, for the drain. */
    @Override
    public SocketState service(SocketWrapperBase<?> socket) throws IOException {
        protocol.inFlight().increase();
        try {
            return super.service(socket);
        } finally {
            protocol.inFlight().decrease();
        }
    }

    /**
     * The last thing that Tomcat does with a request's head, and so the place for ours. Tomcat would decode and
     * normalize the path for its mapper, strip {@code ;parameters} from it and refuse some that httpd lets through.
     * With one servlet there is nothing to map: it is told {@code /}, and the raw path stays what
     * {@code getRequestURI()} gives.
     */
    @Override
    protected void parseHost(MessageBytes host) {
        super.parseHost(host);
        request.requestURI().setString(request.requestURI().toString());
        request.decodedURI().setString("/");
        if (getErrorState().isError()) {
            LOG.warn("id={} status={} refused before any virtual host was known: the AJP secret is missing or wrong,"
                + " or the request's head is malformed", RequestIds.next(), response.getStatus());
        }
    }

    @Override
    protected HttpdConnection getServletConnection() {
        return new Connection(socketWrapper.getServletConnection("ajp", "").getConnectionId());
    }

    /**
     * {@code 0A, length, name, 00}: a request attribute in an AJP13 forward request. No text in it holds a NUL (httpd
     * keeps C strings), so this finds every attribute of the name.
     */
    private int attributesNamed(String name) {
        AjpMessage message = (AjpMessage) REQUEST_MESSAGE.get(this);
        byte[] bytes = message.getBuffer();
        int end = Math.min(bytes.length, AJP_HEADER_BYTES + message.getLen());
        byte[] sought = ('\n' + "\0" + (char) name.length() + name + '\0').getBytes(StandardCharsets.ISO_8859_1);
        int count = 0;
        for (int at = AJP_HEADER_BYTES; at + sought.length <= end; at++) {
            if (bytes[at] == '\n' && Arrays.equals(bytes, at, at + sought.length, sought, 0, sought.length)) {
                count++;
            }
        }
        return count;
    }

    /** Tomcat would still send END_RESPONSE, which httpd takes for a whole response: close before it can. */
    private void cut() {
        setErrorState(ErrorState.CLOSE_NOW, null);
        socketWrapper.close();
    }

    private static VarHandle requestMessage() {
        try {
            return MethodHandles.privateLookupIn(AjpProcessor.class, MethodHandles.lookup())
                .findVarHandle(AjpProcessor.class, "requestHeaderMessage", AjpMessage.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final class Connection implements HttpdConnection {
        private final String id;

        Connection(String id) {
            this.id = id;
        }

        @Override
        public int attributesNamed(String name) {
            return GatewayProcessor.this.attributesNamed(name);
        }

        @Override
        public void cut() {
            GatewayProcessor.this.cut();
        }

        @Override
        public SelectableChannel channel() {
            return gateway().getIOChannel();
        }

        private GatewayChannel gateway() {
            return (GatewayChannel) socketWrapper.getSocket();
        }

        @Override
        public void expectBody(long left) {
            gateway().expectBody(left);
        }

        @Override
        public boolean hasBodyUnderWay() {
            return gateway().askedAhead() > 0;
        }

        @Override
        public void writeWithin(Duration time) {
            socketWrapper.setWriteTimeout(time.toMillis());
        }

        @Override
        public void endAfterResponse() {
            setErrorState(ErrorState.CLOSE_CLEAN, null);
        }

        @Override
        public String getConnectionId() {
            return id;
        }

        @Override
        public String getProtocol() {
            return "ajp";
        }

        @Override
        public String getProtocolConnectionId() {
            return "";
        }

        @Override
        public boolean isSecure() {
            return false;
        }
    }
}
