package warren.launcher.stage;

import java.util.Optional;
import java.util.Set;
import warren.launcher.system.RootCalls;
import warren.launcher.system.SystemCallFailed;
import warren.launcher.system.SystemCalls;
import warren.plugin.LaunchStep;

/**
 * What roots have in common, put together in a mount namespace that is left again: what stays is a copy of the mounts,
 * attached nowhere, that a descriptor holds, {@code open_tree(2)}. The launch's own mount namespace is made later, of the
 * machine's mounts of that moment.
 */
final class PreparedRoot {
    private static final String NAMESPACE = "/proc/thread-self/ns/mnt";
    private static final int O_PATH = 010000000;

    private final SystemCalls calls;
    private final RootBuilder builder;
    private final int tree;

    private PreparedRoot(SystemCalls calls, RootBuilder builder, int tree) {
        this.calls = calls;
        this.builder = builder;
        this.tree = tree;
    }

    /** Leaves the thread in the mount namespace that it was in. After a failed call it must not be used any more. */
    static PreparedRoot of(Preparation preparation, SystemCalls calls) throws SystemCallFailed {
        RootCalls roots = calls.root();
        Optional<String> machines = roots.readLink(NAMESPACE);
        // where it comes back to
        int namespace = calls.open(NAMESPACE, 0);
        int root = calls.open("/", O_PATH);
        // the thread has a root and a directory of its own by that; with those of the process's setns would fail, setns(2)
        StepPerformer.perform(new LaunchStep.Unshare(Set.of(LaunchStep.Namespace.MOUNT)), calls);
        RootBuilder builder = new RootBuilder(calls, preparation.rootMount());
        builder.begin(Optional.empty());
        builder.add(preparation.entries());
        int tree = builder.takeAway();
        roots.returnTo(namespace, root);
        calls.close(namespace);
        calls.close(root);
        if (!roots.readLink(NAMESPACE).equals(machines)) {
            throw new SystemCallFailed("read back " + NAMESPACE + ": not the one before", "SURPRISE");
        }
        return new PreparedRoot(calls, builder, tree);
    }

    /** In the mount namespace that the thread is in by now, for what is left to add. */
    RootBuilder builder() throws SystemCallFailed {
        builder.putBack(tree);
        return builder;
    }

    /** Of no use to the launch. */
    void close() throws SystemCallFailed {
        calls.close(tree);
    }
}
