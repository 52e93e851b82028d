package warren.pool;

import java.time.Duration;
import warren.contract.Deadlines;

/**
 * How long a conversation with an interpreter waits.
 *
 * @param firstByte from the request's last byte taken until the interpreter says something
 * @param pause between two things that it says
 * @param whole for all of it
 * @param write for a client that takes nothing
 */
record Patience(Duration firstByte, Duration pause, Duration whole, Duration write) {
    static Patience of(Deadlines deadlines) {
        return new Patience(deadlines.firstByte(), deadlines.responseIdle(), deadlines.request(), deadlines.write());
    }

    static Patience within(Duration all) {
        return new Patience(all, all, all, all);
    }
}
