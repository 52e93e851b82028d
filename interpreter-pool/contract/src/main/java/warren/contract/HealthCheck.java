package warren.contract;

/**
 * What a new generation must answer before it takes over from one that serves.
 *
 * @param path a URL path of its virtual host, with a query or without
 * @param status the only good one, 100 to 599
 */
public record HealthCheck(String path, int status) {
    /** @throws IllegalArgumentException where one of them cannot be */
    public HealthCheck {
        if (!path.startsWith("/") || path.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IllegalArgumentException("a health check's path begins with / and has no spaces");
        }
        if (status < 100 || status > 599) {
            throw new IllegalArgumentException("a health check's status is " + status + ", expected 100 to 599");
        }
    }
}
