package warren.launcher.stage;

import java.util.List;
import warren.plugin.GroupId;
import warren.plugin.LaunchStep;
import warren.plugin.UserId;

/**
 * Everything that one launch stage will do, decided by the launcher from files that only root can write.
 *
 * @param descriptors what becomes of descriptors 0, 1 and 2
 * @param user the UID to switch to
 * @param group the GID to switch to
 * @param supplementaryGroups all further groups
 * @param steps the plugins' steps, in the order of their places, without the last
 * @param rootMount an empty directory of root's, where a root of its own is put together
 * @param onCommonRoot whether the entries of its root are only those that the stage's {@link Preparation} has not
 * @param filter which system calls may be made, as {@code seccomp(2)} has it; empty for all
 * @param credentials what the program is given to know
 * @param program what is executed at the end
 */
public record LaunchPlan(
        StandardDescriptors descriptors, UserId user, GroupId group, List<GroupId> supplementaryGroups,
        List<LaunchStep> steps, String rootMount, boolean onCommonRoot, byte[] filter, Credentials credentials,
        LaunchStep.Execute program) {

    /** One that needs no root of its own and no filter. */
    public LaunchPlan(StandardDescriptors descriptors, UserId user, GroupId group, List<GroupId> supplementaryGroups,
            List<LaunchStep> steps, LaunchStep.Execute program) {
        this(descriptors, user, group, supplementaryGroups, steps, "/", new byte[0], program);
    }

    /** One without credentials. */
    public LaunchPlan(StandardDescriptors descriptors, UserId user, GroupId group, List<GroupId> supplementaryGroups,
            List<LaunchStep> steps, String rootMount, byte[] filter, LaunchStep.Execute program) {
        this(descriptors, user, group, supplementaryGroups, steps, rootMount, filter, Credentials.NONE, program);
    }

    /** One for any stage. */
    public LaunchPlan(StandardDescriptors descriptors, UserId user, GroupId group, List<GroupId> supplementaryGroups,
            List<LaunchStep> steps, String rootMount, byte[] filter, Credentials credentials, LaunchStep.Execute program) {
        this(descriptors, user, group, supplementaryGroups, steps, rootMount, false, filter, credentials, program);
    }

    public LaunchPlan {
        supplementaryGroups = List.copyOf(supplementaryGroups);
        steps = List.copyOf(steps);
    }

    /** With these steps for a stage that has what is common. */
    LaunchPlan onCommonRootWith(List<LaunchStep> left) {
        return new LaunchPlan(descriptors, user, group, supplementaryGroups, left, rootMount, true, filter, credentials, program);
    }

    /** The three descriptors that the program starts with; every other one is closed. */
    public sealed interface StandardDescriptors {
        /**
         * 0 listens on a new socket that only this user may connect to; 1 and 2 are a new FIFO that only he may read.
         *
         * @param peer the UID of the connector
         */
        record Generation(String socket, String log, long peer) implements StandardDescriptors { }

        /** 0 is the socket that the stage inherited as descriptor 3; 1 and 2 append to a file of root's. */
        record Connector(String output) implements StandardDescriptors { }
    }
}
