package warren.connector;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Names for requests, for log lines and error pages: short, and never the same twice, across restarts of the
 * connector too (as long as it starts at most once a second and serves fewer than 16 million requests a second).
 */
final class RequestIds {
    private static final AtomicLong NEXT = new AtomicLong((System.currentTimeMillis() / 1000) << 24);

    private RequestIds() { }

    static String next() {
        return Long.toString(NEXT.getAndIncrement(), 36);
    }
}
