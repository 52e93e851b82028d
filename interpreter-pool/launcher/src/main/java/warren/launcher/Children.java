package warren.launcher;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.launcher.system.PidFd;
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

    /** One child. Its pid is no other process's until it is reaped, and it is never signaled after that. */
    static final class Child implements WatchedProcess {
        private final int pid;
        private final CompletableFuture<Integer> ended = new CompletableFuture<>();
        private boolean reaped;

        private Child(int pid) {
            this.pid = pid;
        }

        @Override
        public int pid() {
            return pid;
        }

        @Override
        public CompletableFuture<String> end() {
            return ended.thenApply(WaitPid::describe);
        }

        /** Completed with the exit status, or 128 and the signal's number. */
        CompletableFuture<Integer> ended() {
            return ended;
        }

        /** Until it is reaped it is a zombie. */
        @Override
        public synchronized void signal(int number) throws SystemCallFailed {
            if (!reaped) {
                try (PidFd pinned = PidFd.open(pid)) {
                    pinned.send(number);
                }
            }
        }

        synchronized boolean isReaped() {
            return reaped;
        }

        private void reap() throws SystemCallFailed {
            int status;
            synchronized (this) {
                status = WaitPid.reap(pid);
                reaped = true;
            }
            ended.complete(status);
        }
    }

    private final Map<Integer, Child> running = new HashMap<>();

    Children() {
        Thread reaper = new Thread(this::reapForever, "reaper");
        reaper.setDaemon(true);
        reaper.start();
    }

    /** Under the lock, so that a child that ends at once is known before it is reaped. */
    synchronized Child spawn(Spawn spawn) throws SystemCallFailed {
        int pid = spawn.run();
        Child child = new Child(pid);
        running.put(pid, child);
        notifyAll();
        return child;
    }

    private void reapForever() {
        while (true) {
            try {
                awaitOne();
                OptionalInt ended = WaitPid.awaitAny();
                if (ended.isPresent()) {
                    reap(ended.getAsInt());
                }
            } catch (SystemCallFailed | InterruptedException e) {
                LOG.error("the reaper goes on after {}", e.toString());
            }
        }
    }

    private synchronized void awaitOne() throws InterruptedException {
        while (running.isEmpty()) {
            wait();
        }
    }

    private void reap(int pid) throws SystemCallFailed {
        Child child;
        synchronized (this) {
            child = running.remove(pid);
        }
        if (child == null) {
            WaitPid.reap(pid);
        } else {
            child.reap();
        }
    }
}
