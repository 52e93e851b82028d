package warren.launcher.stage;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import warren.launcher.system.LinuxSystemCalls;
import warren.launcher.system.SystemCallFailed;
import warren.plugin.GroupId;
import warren.plugin.LaunchStep;
import warren.plugin.PathAccess;
import warren.plugin.RootEntry;
import warren.plugin.UserId;

/**
 * Takes a preparation with every kind of entry and a plan with every kind of step over the wire and through a launch whose
 * calls change nothing, so that every class is loaded, every method linked and every function of the C library bound before
 * a real plan comes.
 */
final class Rehearsal {
    private static final Preparation PREPARATION = new Preparation("/", List.of(
        new RootEntry.AsOnHost("/bin"), new RootEntry.Resolved("/etc/hosts"), new RootEntry.Shown("/usr", false, true),
        new RootEntry.Directory("/run"), new RootEntry.Link("/lib", "usr/lib"), new RootEntry.Memory("/dev", ""),
        new RootEntry.Device("/dev/null", 1, 3), new RootEntry.Processes("/proc")));
    private static final LaunchPlan PLAN = new LaunchPlan(
        new LaunchPlan.StandardDescriptors.Generation("socket", "log", 1),
        new UserId(1), new GroupId(1), List.of(new GroupId(2)),
        List.of(
            new LaunchStep.SetLimit(LaunchStep.Resource.CORE_BYTES, 0, 0),
            new LaunchStep.SetNice(0),
            new LaunchStep.SetIoPriority(4),
            new LaunchStep.Unshare(Set.of(LaunchStep.Namespace.MOUNT)),
            new LaunchStep.LimitSystemVIpc(1, 1, true),
            new LaunchStep.OwnRoot(Optional.empty(), List.of(
                new RootEntry.Shown("/home", true, true), new RootEntry.Text("/etc/passwd", ""), new RootEntry.Hidden("/usr/src"))),
            new LaunchStep.Mount("none", "/", "tmpfs", Set.of(LaunchStep.MountFlag.NO_DEV), ""),
            new LaunchStep.RestrictAccess(List.of(new PathAccess("/", PathAccess.Kind.READ, true)), Optional.of(Set.of(443)))),
        "/", true, new byte[8], new Credentials("/", List.of(new Credentials.Credential("name", new byte[1]))),
        new LaunchStep.Execute("/program", List.of("program"), Map.of("NAME", "value")));

    private final LinuxSystemCalls calls;

    Rehearsal(LinuxSystemCalls calls) {
        this.calls = calls;
    }

    void run() throws IOException {
        ByteArrayInputStream pipe = new ByteArrayInputStream(written(PREPARATION, PLAN));
        Preparation preparation = PreparationWire.read(pipe);
        LaunchPlan plan = LaunchPlanWire.read(pipe);
        if (!Arrays.equals(written(PREPARATION, PLAN), written(preparation, plan))) {
            throw new IOException("a preparation or a plan changes on its way to the stage");
        }
        calls.rehearse();
        Launch launch = new Launch(new RehearsedCalls(calls), () -> { });
        try {
            launch.prepare(List.of("cgroup"), preparation);
            launch.perform(plan);
        } catch (SystemCallFailed e) {
            throw new IOException("the rehearsal of a launch failed in its place " + launch.place() + ": " + e.getMessage());
        }
    }

    private static byte[] written(Preparation preparation, LaunchPlan plan) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PreparationWire.write(preparation, bytes);
        LaunchPlanWire.write(plan, bytes);
        return bytes.toByteArray();
    }
}
