package warren.system;

import java.io.Serializable;

/**
 * One request of a {@link Load} and its end. Times are {@link System#nanoTime}'s.
 *
 * @param status of the answer, 0 without one
 * @param detail of what is not good, for people
 */
record LoadResult(Errand errand, Outcome outcome, int status, String detail, long began, long ended) implements Serializable {
    /** To a tenth. */
    double millis() {
        return Math.round((ended - began) / 1e5) / 10.0;
    }

    @Override
    public String toString() {
        return outcome + " status=" + status + " after " + millis() + " ms: " + errand + " " + detail;
    }
}
