package warren.launcher;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.launcher.system.SystemCallFailed;
import warren.launcher.system.WaitPid;

/**
 * The launcher's child processes: launch stages, and what they became. One thread reaps them all, so nothing else in
 * this process may wait for a child (no {@code ProcessBuilder}).
 */
final class Children {
    private static final Logger LOG = LogManager.getLogger(Children.class);

    /** Starts a process and returns its pid. */
    interface Spawn {
        int run() throws SystemCallFailed;
    }

    /**
     * @param pid its pid; until {@code ended} is complete no other process can have it
     * @param ended completed with the exit status, or 128 and the signal's number
     */
    record Child(int pid, CompletableFuture<Integer> ended) { }

    private final Map<Integer, Child> running = new HashMap<>();

    Children() {
        Thread reaper = new Thread(this::reapForever, "reaper");
        reaper.setDaemon(true);
        reaper.start();
    }

    /** Under the lock, so that a child that ends at once is known before it is reaped. */
    synchronized Child spawn(Spawn spawn) throws SystemCallFailed {
        int pid = spawn.run();
        Child child = new Child(pid, new CompletableFuture<>());
        running.put(pid, child);
        notifyAll();
        return child;
    }

    private void reapForever() {
        while (true) {
            try {
                awaitAny();
                WaitPid.waitForAny().ifPresent(this::reaped);
            } catch (SystemCallFailed | InterruptedException e) {
                LOG.error("the reaper goes on after {}", e.toString());
            }
        }
    }

    private synchronized void awaitAny() throws InterruptedException {
        while (running.isEmpty()) {
            wait();
        }
    }

    private void reaped(WaitPid.Ended ended) {
        Child child;
        synchronized (this) {
            child = running.remove(ended.pid());
        }
        if (child != null) {
            child.ended().complete(ended.exitStatus());
        }
    }
}
