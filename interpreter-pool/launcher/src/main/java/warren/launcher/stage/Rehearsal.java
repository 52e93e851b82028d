package warren.launcher.stage;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import warren.plugin.GroupId;
import warren.plugin.LaunchStep;
import warren.plugin.UserId;

/** Takes a plan with every kind of step over the wire once, so that its classes are loaded before a real one comes. */
final class Rehearsal {
    private Rehearsal() { }

    static void run() throws IOException {
        LaunchPlan plan = new LaunchPlan(
            new LaunchPlan.StandardDescriptors.Generation("socket", "log", 1), "cgroup",
            new UserId(1), new GroupId(1), List.of(new GroupId(2)),
            List.of(
                new LaunchStep.SetLimit(LaunchStep.Resource.CORE_BYTES, 0, 0),
                new LaunchStep.SetNice(0),
                new LaunchStep.Unshare(Set.of(LaunchStep.Namespace.IPC)),
                new LaunchStep.Mount("none", "/", "tmpfs", Set.of(LaunchStep.MountFlag.NO_DEV), ""),
                new LaunchStep.ChangeRoot("/")),
            new LaunchStep.Execute("/program", List.of("program"), Map.of("NAME", "value")));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        LaunchPlanWire.write(plan, bytes);
        if (!LaunchPlanWire.read(new ByteArrayInputStream(bytes.toByteArray())).equals(plan)) {
            throw new IOException("a plan changes on its way to the stage");
        }
    }
}
