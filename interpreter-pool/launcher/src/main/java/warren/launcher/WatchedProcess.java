package warren.launcher;

import java.util.concurrent.CompletableFuture;
import warren.launcher.system.SystemCallFailed;

/** A process that the launcher answers for: a child of its own, or one taken over from an earlier launcher. */
interface WatchedProcess {
    int pid();

    /** Completed once it has ended, with how, for messages. */
    CompletableFuture<String> end();

    /** Nothing happens to one that has ended, nor ever to another process of the same number. */
    void signal(int number) throws SystemCallFailed;
}
