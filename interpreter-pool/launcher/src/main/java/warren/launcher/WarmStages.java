package warren.launcher;

import java.util.List;
import warren.launcher.cgroup.Cgroup;
import warren.launcher.cgroup.CgroupTree;
import warren.launcher.stage.Preparation;

/**
 * Launch stages of both kinds: in the machine's PID namespace, and each in one of its own, which a process cannot come
 * into later. A kind is kept warm from when it was first wanted.
 */
final class WarmStages implements AutoCloseable {
    private final Stages plain;
    private final Stages ownProcesses;
    private int kept;

    /** @param preparation of those in a PID namespace of their own: who wants that mostly wants a root of his own, too */
    WarmStages(Children children, StageProgram program, CgroupTree cgroups, Preparation preparation) {
        this.plain = new Stages(children, program, cgroups, false, Preparation.NOTHING);
        this.ownProcesses = new Stages(children, program, cgroups, true, preparation);
    }

    private Stages of(boolean own) {
        return own ? ownProcesses : plain;
    }

    /** From now on, until {@link #close}, so many of each kind that is wanted. */
    synchronized void keepWarm(int count) {
        kept = count;
    }

    /** One of this kind is going to be asked for. */
    void want(boolean own) {
        of(own).keepWarm(count());
    }

    private synchronized int count() {
        return kept;
    }

    /**
     * A warm one; where there is none in working order, the next that has started.
     *
     * @param afterFailures as of {@link warren.contract.Ask.Launch}
     */
    Stage take(boolean own, boolean afterFailures) throws LaunchFailure {
        want(own);
        return afterFailures ? of(own).takeAfterFailures() : of(own).take();
    }

    /**
     * A fresh one for a connector.
     *
     * @param inherited descriptors of our own, 64 or above
     * @param cgroup what it will run in; removed where it does not start
     */
    Stage start(List<Integer> inherited, Cgroup cgroup) throws LaunchFailure {
        return plain.start(inherited, cgroup);
    }

    @Override
    public void close() {
        keepWarm(0);
        plain.close();
        ownProcesses.close();
    }
}
