package warren.launcher.stage;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import warren.launcher.system.SystemCallFailed;
import warren.launcher.system.SystemCalls;
import warren.plugin.GroupId;
import warren.plugin.LaunchStep;
import warren.plugin.Place;

/**
 * One launch, by one thread: the calls that change only a thread (mask, keyring, namespaces, bounding set,
 * no_new_privs) must be made by the one that executes the program. {@link #prepare} does what is the same in every
 * launch, before there is a plan; {@link #perform} does the plan, top to bottom. Any failed call ends the launch (but one for a
 * limit of System V IPC that is not required, {@link SystemVIpcLimits}); the caller reports it and ends the process. There is
 * no way back and no second try in the same process.
 */
final class Launch {
    static final int INHERITED_DESCRIPTOR = 3;
    private static final int FIRST_CLOSED_DESCRIPTOR = 3;
    private static final int UMASK = 022;
    private static final int BACKLOG = 511;
    private static final long MS_RDONLY = 1;
    private static final long MS_REMOUNT = 32;
    private static final long MS_BIND = 4096;
    /** MS_NOSUID, MS_NODEV, MS_NOEXEC. */
    private static final long CREDENTIALS_FLAGS = 2 | 4 | 8;
    private static final int O_WRONLY = 01;
    private static final int O_RDWR = 02;
    private static final int O_APPEND = 02000;
    private static final int O_NONBLOCK = 04000;

    private final SystemCalls calls;
    private final Runnable beforeExecute;
    private Optional<PreparedRoot> common = Optional.empty();
    private Place place = Place.PROCESS;

    /** @param beforeExecute is run as the last thing before the program is executed */
    Launch(SystemCalls calls, Runnable beforeExecute) {
        this.calls = calls;
        this.beforeExecute = beforeExecute;
    }

    /** The place that the launch has come to, for the report of what failed. */
    Place place() {
        return place;
    }

    /**
     * While nobody waits: the stage is root's and executes nothing yet.
     *
     * @param cgroups the {@code cgroup.procs} files of the cgroups that the program will run in, one for each tree
     * @param preparation what the launches have in common that this stage is for
     */
    void prepare(List<String> cgroups, Preparation preparation) throws SystemCallFailed {
        place = Place.PROCESS;
        // HotSpot handles some signals and blocks others; an ignored or blocked one would be inherited by the owner's code
        calls.resetSignalDispositions();
        calls.clearSignalMask();
        calls.umask(UMASK);
        calls.chdir("/");
        // a session of its own, without a terminal: TIOCSTI and terminal signals have nothing to reach
        calls.setsid();
        // root's session keyring would stay readable after the switch, session-keyring(7)
        calls.joinNewSessionKeyring();
        // it bounds what an execve may give, and takes nothing from the steps that still need root, capabilities(7)
        calls.dropBoundingSet();

        place = Place.CGROUP;
        // before anything of an owner's is known, so that nothing of the generation is ever outside
        for (String cgroup : cgroups) {
            // 0 stands for the writing process, with all its threads, cgroups(7)
            KernelFile.write(cgroup, "0", calls);
        }

        place = Place.ROOT;
        if (!preparation.isNothing()) {
            common = Optional.of(PreparedRoot.of(preparation, calls));
        }
    }

    /** Returns only by throwing. */
    void perform(LaunchPlan plan) throws SystemCallFailed {
        place = Place.DESCRIPTORS;
        // bound as root, before the switch: the directory is not the owner's to write
        replaceStandardDescriptors(plan.descriptors());

        place = Place.LIMITS;
        if (plan.descriptors() instanceof LaunchPlan.StandardDescriptors.Generation) {
            OomScore.spareNobody(calls);
        }
        // while root may still raise hard limits and lower nice values
        performStepsAt(Place.LIMITS, plan.steps());

        place = Place.NAMESPACES;
        performStepsAt(Place.NAMESPACES, plan.steps());
        place = Place.ROOT;
        // the last thing that needs a path outside
        changeRoot(plan);
        place = Place.MOUNTS;
        performStepsAt(Place.MOUNTS, plan.steps());
        place = Place.CREDENTIALS;
        giveCredentials(plan);

        place = Place.IDENTITY;
        // groups while CAP_SETGID is there; the UID last
        calls.setgroups(ids(plan.supplementaryGroups()));
        calls.setgid(plan.group().value());
        calls.setuid(plan.user().value());
        calls.clearCapabilities();
        new IdentityCheck(calls).requireSwitched(plan);

        place = Place.SEAL;
        // close-on-exec instead of close: the report pipe must live until execve has succeeded, and no longer
        calls.closeOnExecFrom(FIRST_CLOSED_DESCRIPTOR);
        calls.setNoNewPrivs();

        place = Place.CONFINE;
        performStepsAt(Place.CONFINE, plan.steps());
        if (plan.filter().length > 0) {
            // the last of all: what is left to do, it allows
            calls.confinement().filterSystemCalls(plan.filter());
        }

        place = Place.EXECUTE;
        beforeExecute.run();
        calls.execve(plan.program().program(), plan.program().arguments(), variables(plan.program()));
    }

    private void replaceStandardDescriptors(LaunchPlan.StandardDescriptors descriptors) throws SystemCallFailed {
        if (descriptors instanceof LaunchPlan.StandardDescriptors.Generation generation) {
            int socket = calls.listen(generation.socket(), generation.peer(), BACKLOG);
            calls.mkfifo(generation.log(), generation.peer());
            // read and write: no writer is ever killed by SIGPIPE or blocked while nobody reads, fifo(7)
            int log = calls.open(generation.log(), O_RDWR | O_NONBLOCK);
            moveOntoStandard(socket, log);
        } else if (descriptors instanceof LaunchPlan.StandardDescriptors.Connector connector) {
            moveOntoStandard(INHERITED_DESCRIPTOR, calls.open(connector.output(), O_WRONLY | O_APPEND));
        }
    }

    private void moveOntoStandard(int input, int output) throws SystemCallFailed {
        calls.dup2(input, 0);
        calls.dup2(output, 1);
        calls.dup2(output, 2);
    }

    private void changeRoot(LaunchPlan plan) throws SystemCallFailed {
        for (LaunchStep step : plan.steps()) {
            if (step instanceof LaunchStep.OwnRoot root) {
                RootBuilder builder = plan.onCommonRoot() ? onCommon() : fromNothing(plan, root);
                builder.add(root.entries());
                builder.enter();
            }
        }
    }

    private RootBuilder onCommon() throws SystemCallFailed {
        if (common.isEmpty()) {
            throw new SystemCallFailed("a root on what is common is planned, and nothing is prepared", "SURPRISE");
        }
        return common.get().builder();
    }

    private RootBuilder fromNothing(LaunchPlan plan, LaunchStep.OwnRoot root) throws SystemCallFailed {
        if (common.isPresent()) {
            common.get().close();
        }
        RootBuilder builder = new RootBuilder(calls, plan.rootMount());
        builder.begin(root.tree());
        return builder;
    }

    /** In memory that is never swapped out, for the owner alone to read, and for nobody to change. */
    private void giveCredentials(LaunchPlan plan) throws SystemCallFailed {
        if (plan.credentials().files().isEmpty()) {
            return;
        }
        String directory = plan.credentials().directory();
        calls.mount("ramfs", directory, "ramfs", CREDENTIALS_FLAGS, "mode=500");
        for (Credentials.Credential file : plan.credentials().files()) {
            calls.root().makeSecretFile(directory + "/" + file.name(), file.value(), plan.user().value(), plan.group().value());
        }
        calls.root().giveDirectory(directory, plan.user().value(), plan.group().value());
        calls.mount("none", directory, "none", CREDENTIALS_FLAGS | MS_REMOUNT | MS_BIND | MS_RDONLY, "");
    }

    private void performStepsAt(Place at, List<LaunchStep> steps) throws SystemCallFailed {
        for (LaunchStep step : steps) {
            if (step.place() == at) {
                StepPerformer.perform(step, calls);
            }
        }
    }

    private static List<Long> ids(List<GroupId> groups) {
        List<Long> ids = new ArrayList<>();
        for (GroupId group : groups) {
            ids.add(group.value());
        }
        return ids;
    }

    private static List<String> variables(LaunchStep.Execute program) {
        List<String> variables = new ArrayList<>();
        for (Map.Entry<String, String> variable : program.environment().entrySet()) {
            variables.add(variable.getKey() + "=" + variable.getValue());
        }
        return variables;
    }
}
