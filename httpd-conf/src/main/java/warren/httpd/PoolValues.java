package warren.httpd;

import java.time.Duration;

/**
 * A pool's settings, as the configuration has them. Their meaning is that of the pool's own settings.
 */
public record PoolValues(int start, int max, int minSpare, int maxSpare, int maxRequests, int queueLength,
                         Duration queueTimeout, Duration launchTimeout, Duration requestTimeout,
                         Duration idleTimeout, Duration drainTimeout) {
    /** How long httpd may have to wait for the end of a request that Warren still lets live. */
    public Duration longestRequest() {
        return queueTimeout.plus(launchTimeout).plus(requestTimeout);
    }
}
