package warren.pool;

import java.time.Duration;

/** The request's time was over before its response was. */
final class Overrun extends Exception {
    /** @param what it took too long for, after "took longer than 60000 ms" */
    Overrun(Duration limit, String what) {
        super("took longer than " + limit.toMillis() + " ms " + what);
    }
}
