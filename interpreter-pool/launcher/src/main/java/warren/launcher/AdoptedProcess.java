package warren.launcher;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import warren.launcher.cgroup.Cgroup;
import warren.launcher.system.EndWatch;
import warren.launcher.system.PidFd;
import warren.launcher.system.SystemCallFailed;

/** A process of an earlier launcher's, pinned by a pidfd. It is not our child: how it ended nobody tells us. */
final class AdoptedProcess implements WatchedProcess {
    private final int pid;
    private final PidFd pinned;
    private final CompletableFuture<String> end = new CompletableFuture<>();
    private boolean ended;

    private AdoptedProcess(int pid, PidFd pinned) {
        this.pid = pid;
        this.pinned = pinned;
    }

    /**
     * The process that a note names, where it still runs. Its number may have become another's: pinned first, then
     * compared by its time of start and its cgroup.
     */
    static Optional<AdoptedProcess> find(Note note, Cgroup cgroup, EndWatch watch) throws SystemCallFailed {
        PidFd pinned;
        try {
            pinned = PidFd.open(note.pid());
        } catch (SystemCallFailed gone) {
            return Optional.empty();
        }
        boolean same = ProcessStat.of(note.pid()).filter(stat -> stat.startTicks() == note.startTicks()).isPresent()
            && cgroup.contains(note.pid());
        if (!same) {
            pinned.close();
            return Optional.empty();
        }
        AdoptedProcess found = new AdoptedProcess(note.pid(), pinned);
        watch.watch(pinned, found::noticeEnd);
        return Optional.of(found);
    }

    private void noticeEnd() {
        synchronized (this) {
            ended = true;
            pinned.close();
        }
        end.complete("ended");
    }

    @Override
    public int pid() {
        return pid;
    }

    @Override
    public CompletableFuture<String> end() {
        return end;
    }

    @Override
    public synchronized void signal(int number) throws SystemCallFailed {
        if (!ended) {
            pinned.send(number);
        }
    }

    /** For what is done to it through its pidfd; fails where it has ended. */
    synchronized PidFd pinned() throws SystemCallFailed {
        if (ended) {
            throw new SystemCallFailed("pidfd_open " + pid, "ESRCH");
        }
        return pinned;
    }
}
