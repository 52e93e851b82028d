package warren.contract;

import java.time.Duration;

/**
 * How many interpreters a virtual host has and how long its requests may take. The first five are mod_perl's
 * {@code PerlInterp*} directives with their meaning there
 * (<a href="https://perl.apache.org/docs/2.0/user/config/config.html">perl.apache.org, Server Configuration</a>).
 *
 * @param start interpreters made as soon as a generation is ready; 0 to max
 * @param max most interpreters at a time; 1 to 10000
 * @param minSpare idle interpreters to keep ready while the virtual host is busy; 0 to max
 * @param maxSpare idle interpreters above which one that comes back is closed; minSpare to max
 * @param maxRequests requests after which an interpreter is replaced; 0 is never
 * @param queueLength requests that may wait for an interpreter; past it they are refused; 0 to 100000
 * @param queueTimeout how long a request may wait for an interpreter
 * @param launchTimeout how long a launch may take until the parent interpreter has loaded the code and answered
 * @param requestTimeout how long an interpreter may take from the request's first byte to the response's last
 * @param idleTimeout how long a generation stays without any request before it is stopped
 * @param drainTimeout how long the requests of a replaced generation may still take before it is stopped
 */
public record PoolSettings(
        int start, int max, int minSpare, int maxSpare, int maxRequests,
        int queueLength, Duration queueTimeout,
        Duration launchTimeout, Duration requestTimeout, Duration idleTimeout, Duration drainTimeout) {

    /** Right for shared hosting: nothing runs until it is asked for, and one virtual host has at most four at work. */
    public static final PoolSettings DEFAULT = new PoolSettings(
        0, 4, 0, 2, 2000, 100, Duration.ofSeconds(30),
        Duration.ofSeconds(30), Duration.ofMinutes(5), Duration.ofMinutes(10), Duration.ofSeconds(30));

    /** @throws IllegalArgumentException where a number is outside its range; the message names it */
    public PoolSettings {
        within("max", max, 1, 10_000);
        within("start", start, 0, max);
        within("maxSpare", maxSpare, 0, max);
        within("minSpare", minSpare, 0, maxSpare);
        within("maxRequests", maxRequests, 0, Integer.MAX_VALUE);
        within("queueLength", queueLength, 0, 100_000);
        positive("queueTimeout", queueTimeout);
        positive("launchTimeout", launchTimeout);
        positive("requestTimeout", requestTimeout);
        positive("idleTimeout", idleTimeout);
        positive("drainTimeout", drainTimeout);
    }

    private static void within(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " is " + value + ", expected " + least + " to " + most);
        }
    }

    private static void positive(String name, Duration value) {
        if (value.isNegative() || value.isZero() || value.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException(name + " is " + value + ", expected more than 0 and at most a day");
        }
    }
}
