package warren.launcher.system;

import jnr.ffi.Memory;

/**
 * Starts something as process 1 of a PID namespace of its own, {@code pid_namespaces(7)}. {@code unshare(2)} gives the
 * namespace to the children of the calling thread, which cannot start a thread any more: so a thread does nothing else.
 */
public final class OwnProcesses {
    private static final int CLONE_NEWPID = 0x20000000;

    private OwnProcesses() { }

    /** Starts a process and returns its pid. */
    public interface Spawn {
        int run() throws SystemCallFailed;
    }

    /** @return the pid as this process knows it */
    public static int spawn(Spawn spawn) throws SystemCallFailed {
        // JNR starts a thread of its own with its first piece of memory, which that thread could not
        Memory.allocateDirect(Libc.RUNTIME, 1);
        Attempt attempt = new Attempt(spawn);
        Thread thread = new Thread(attempt, "own-processes");
        thread.start();
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return attempt.result();
    }

    private static final class Attempt implements Runnable {
        private final Spawn spawn;
        private int pid;
        private SystemCallFailed failure;

        Attempt(Spawn spawn) {
            this.spawn = spawn;
        }

        @Override
        public void run() {
            try {
                Linux.check(Libc.INSTANCE.unshare(CLONE_NEWPID), "unshare CLONE_NEWPID");
                pid = spawn.run();
            } catch (SystemCallFailed e) {
                failure = e;
            }
        }

        int result() throws SystemCallFailed {
            if (failure != null) {
                throw failure;
            }
            return pid;
        }
    }
}
