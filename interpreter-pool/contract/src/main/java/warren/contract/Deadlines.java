package warren.contract;

import java.time.Duration;

/**
 * How long each part of a virtual host's work may take; each more than 0 and at most a day.
 *
 * @param launch until the parent interpreter has loaded the code and answered
 * @param queue how long a request may wait for an interpreter, the launch included
 * @param firstByte from the request's first byte sent to an interpreter until it says something
 * @param responseIdle how long an interpreter may pause inside its response
 * @param request from the request's first byte sent to an interpreter until it has said all
 * @param write how long a response may wait for a client that takes none of it
 * @param idle how long a generation stays without any request before it is stopped
 * @param drain how long the requests of a replaced generation may still take before it is stopped
 * @param cpu processor time of an interpreter, with the processes of its that have ended, for one request
 */
public record Deadlines(Duration launch, Duration queue, Duration firstByte, Duration responseIdle, Duration request,
                        Duration write, Duration idle, Duration drain, Duration cpu) {
    /** What httpd gives CGI (its Timeout) for each wait, and five minutes in all. */
    public static final Deadlines DEFAULT = new Deadlines(Duration.ofSeconds(30), Duration.ofSeconds(30),
        Duration.ofSeconds(60), Duration.ofSeconds(60), Duration.ofMinutes(5), Duration.ofSeconds(60),
        Duration.ofMinutes(10), Duration.ofSeconds(30), Duration.ofSeconds(60));

    /** @throws IllegalArgumentException where one is outside its range; the message names it */
    public Deadlines {
        within("launch", launch);
        within("queue", queue);
        within("firstByte", firstByte);
        within("responseIdle", responseIdle);
        within("request", request);
        within("write", write);
        within("idle", idle);
        within("drain", drain);
        within("cpu", cpu);
    }

    private static void within(String name, Duration value) {
        if (value.isNegative() || value.isZero() || value.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException(name + " is " + value + ", expected more than 0 and at most a day");
        }
    }

    /** The longest that httpd may have to wait before the next byte of a response. */
    public Duration longestSilence() {
        return queue.plus(launch).plus(request).plus(write);
    }
}
