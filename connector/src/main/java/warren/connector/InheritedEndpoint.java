package warren.connector;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CountDownLatch;
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
    private final CountDownLatch forever = new CountDownLatch(1);
    private final int packetBytes;
    private volatile boolean draining;

    InheritedEndpoint(String path, int packetBytes) {
        this.packetBytes = packetBytes;
        setUseInheritedChannel(true);
        // Tells Tomcat that there are no TCP options to set.
        setUnixDomainSocketPath(path);
        // A packet in one read(2).
        socketProperties.setAppReadBufSize(packetBytes);
    }

    @Override
    protected SocketChannel serverSocketAccept() throws Exception {
        try {
            return super.serverSocketAccept();
        } catch (ClosedChannelException e) {
            if (draining) {
                // The acceptor would log and try again; the process is about to end.
                forever.await();
            }
            throw e;
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
