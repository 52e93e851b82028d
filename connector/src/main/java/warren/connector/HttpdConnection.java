package warren.connector;

import jakarta.servlet.ServletConnection;
import java.nio.channels.SelectableChannel;
import java.time.Duration;

/**
 * The AJP connection that a request came by, as {@code ServletRequest.getServletConnection()} gives it to the
 * servlet: what Tomcat's own interface lacks for an honest end of a response. Only for the request's own thread.
 */
interface HttpdConnection extends ServletConnection {
    /**
     * How many attributes of this name httpd sent. Tomcat keeps the last of several, so a second one is seen only
     * here.
     */
    int attributesNamed(String name);

    /**
     * Closes the connection at once, without the AJP message that ends a response, so that httpd cannot take what it
     * has for all of it and cuts its client too, whichever framing it uses.
     */
    void cut();

    /** The connection itself, non-blocking: to be waited for, not to be written to. */
    SelectableChannel channel();

    /**
     * How much of the request's body has not been read yet, 0 where that is not known or no more of it is wanted. Said
     * before and after each read, it lets httpd send several pieces without being asked for each.
     */
    void expectBody(long left);

    /** Whether pieces of the body are on their way that were asked for and not read: they must be, before the response. */
    boolean hasBodyUnderWay();

    /** How long a write may wait for httpd to take something; it fails then. */
    void writeWithin(Duration time);

    /** The response, which must be committed, is the connection's last: httpd is told not to use it again. */
    void endAfterResponse();
}
