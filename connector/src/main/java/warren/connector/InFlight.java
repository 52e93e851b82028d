package warren.connector;

import java.time.Duration;

/** Counts the requests at work, so that a drain can wait for the last of them. */
final class InFlight {
    private int count;

    synchronized void increase() {
        count++;
    }

    synchronized void decrease() {
        count--;
        if (count == 0) {
            notifyAll();
        }
    }

    /** Waits until none is at work; false where the time is over first. */
    synchronized boolean awaitNone(Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (count > 0) {
            long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
            if (leftMillis <= 0) {
                return false;
            }
            wait(leftMillis);
        }
        return true;
    }
}
