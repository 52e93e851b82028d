package warren.connector;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CountDownLatch;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.SocketBufferHandler;

/**
 * The socket that the launcher bound and handed over as descriptor 0. Tomcat stops accepting by pausing, and a paused
 * Tomcat answers 503 to requests already read; its other way is to connect to the socket's path, which this process
 * may not do. So accepting ends here, by closing this process's own descriptor: the launcher's stays open, and
 * clients queue on it.
 */
final class InheritedEndpoint extends NioEndpoint {
    private static final Logger LOG = LogManager.getLogger(InheritedEndpoint.class);
    private static final int PAUSE_MILLIS = 50;
    private final CountDownLatch forever = new CountDownLatch(1);
    private final int packetBytes;
    private volatile boolean draining;
    /** The acceptor's own. */
    private boolean failing;

    InheritedEndpoint(String path, int packetBytes) {
        this.packetBytes = packetBytes;
        setUseInheritedChannel(true);
        // Tells Tomcat that there are no TCP options to set.
        setUnixDomainSocketPath(path);
        // A packet in one read(2).
        socketProperties.setAppReadBufSize(packetBytes);
    }

    /** Without descriptors connections wait on the socket. Tomcat would try again after up to 1.6 s, with a stack trace each time. */
    @Override
    protected SocketChannel serverSocketAccept() throws Exception {
        while (true) {
            try {
                SocketChannel accepted = super.serverSocketAccept();
                failing = false;
                return accepted;
            } catch (ClosedChannelException e) {
                if (draining) {
                    // The acceptor would log and try again; the process is about to end.
                    forever.await();
                }
                throw e;
            } catch (IOException e) {
                noteFailure(e);
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    private void noteFailure(IOException failure) {
        if (!failing) {
            failing = true;
            LOG.error("no connection of httpd can be accepted, tried again every {} ms: {}", PAUSE_MILLIS, failure.getMessage());
        }
    }

    @Override
    protected NioChannel createChannel(SocketBufferHandler buffers) {
        return new GatewayChannel(buffers, packetBytes);
    }

    void stopAccepting() {
        draining = true;
        try {
            Channel inherited = System.inheritedChannel();
            inherited.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
