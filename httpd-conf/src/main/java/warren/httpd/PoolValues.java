package warren.httpd;

import java.time.Duration;

/**
 * A pool's settings, as the configuration has them. Their meaning is that of the pool's own settings.
 */
public record PoolValues(int start, int max, int minSpare, int maxSpare, int maxRequests, int inFlight,
                         int queueLength, Times times, long requestBodyBytes, long responseBytes, long spoolBytes,
                         int requestsPerSecond, int burst, Duration interpreterAge, long interpreterPrivateBytes) {
    /** Its deadlines. */
    public record Times(Duration launch, Duration queue, Duration firstByte, Duration responseIdle, Duration request,
                        Duration write, Duration idle, Duration drain, Duration cpu) {
    }
}
