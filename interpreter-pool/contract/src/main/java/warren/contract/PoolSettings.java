package warren.contract;

import java.util.Objects;

/**
 * How many interpreters a virtual host has, how many requests it may have and how long and how large they may be. The
 * first five are mod_perl's {@code PerlInterp*} directives with their meaning there
 * (<a href="https://perl.apache.org/docs/2.0/user/config/config.html">perl.apache.org, Server Configuration</a>).
 *
 * @param start interpreters made as soon as a generation is ready; 0 to max
 * @param max most interpreters at a time; 1 to 10000
 * @param minSpare idle interpreters to keep ready while the virtual host is busy; 0 to max
 * @param maxSpare idle interpreters above which one that nobody has needed for a while is closed; minSpare to max
 * @param maxRequests requests after which an interpreter is replaced, up to a fifth earlier; 0 is never
 * @param inFlight requests at a time, from their first byte until their response's last one has been taken; past it
 *     they are refused; 1 to 100000
 * @param queueLength requests that may wait for an interpreter; past it they are refused; 0 to 100000
 */
public record PoolSettings(int start, int max, int minSpare, int maxSpare, int maxRequests, int inFlight,
                           int queueLength, Deadlines deadlines, SpoolLimits spool, RequestRate rate,
                           Recycling recycling) {

    /** Right for shared hosting: nothing runs until it is asked for, and one virtual host has at most four at work. */
    public static final PoolSettings DEFAULT =
        new PoolSettings(0, 4, 0, 2, 2000, 256, 100, Deadlines.DEFAULT, SpoolLimits.DEFAULT);

    /** Without limit to the rate of requests, and the usual recycling. */
    public PoolSettings(int start, int max, int minSpare, int maxSpare, int maxRequests, int inFlight, int queueLength,
                        Deadlines deadlines, SpoolLimits spool) {
        this(start, max, minSpare, maxSpare, maxRequests, inFlight, queueLength, deadlines, spool, RequestRate.UNLIMITED,
            Recycling.DEFAULT);
    }

    /** @throws IllegalArgumentException where a number is outside its range; the message names it */
    public PoolSettings {
        within("max", max, 1, 10_000);
        within("start", start, 0, max);
        within("maxSpare", maxSpare, 0, max);
        within("minSpare", minSpare, 0, maxSpare);
        within("maxRequests", maxRequests, 0, Integer.MAX_VALUE);
        within("inFlight", inFlight, 1, 100_000);
        within("queueLength", queueLength, 0, 100_000);
        Objects.requireNonNull(deadlines);
        Objects.requireNonNull(spool);
        Objects.requireNonNull(rate);
        Objects.requireNonNull(recycling);
    }

    /** The same with other deadlines. */
    public PoolSettings with(Deadlines others) {
        return new PoolSettings(start, max, minSpare, maxSpare, maxRequests, inFlight, queueLength, others, spool, rate,
            recycling);
    }

    /** The same with other limits of what is spooled. */
    public PoolSettings with(SpoolLimits others) {
        return new PoolSettings(start, max, minSpare, maxSpare, maxRequests, inFlight, queueLength, deadlines, others, rate,
            recycling);
    }

    /** The same with another rate of requests and other recycling. */
    public PoolSettings with(RequestRate otherRate, Recycling otherRecycling) {
        return new PoolSettings(start, max, minSpare, maxSpare, maxRequests, inFlight, queueLength, deadlines, spool,
            otherRate, otherRecycling);
    }

    private static void within(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " is " + value + ", expected " + least + " to " + most);
        }
    }
}
