package warren.launcher.attest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import warren.launcher.stage.LaunchPlan;
import warren.plugin.GroupId;
import warren.plugin.LaunchStep;
import warren.plugin.LaunchStep.MountFlag;
import warren.plugin.RootEntry;
import warren.plugin.UserId;

class PlannedMountsTest {
    private static final LaunchStep.OwnRoot ROOT = new LaunchStep.OwnRoot(Optional.empty(), List.of(new RootEntry.Shown("/usr", false, true),
        new RootEntry.Shown("/home/a b", true, true), new RootEntry.AsOnHost("/lib32"), new RootEntry.Memory("/dev", ""),
        new RootEntry.Device("/dev/null", 1, 3), new RootEntry.Processes("/proc")));
    private static final List<String> GOOD = List.of(
        "88 65 0:42 / / ro,nosuid,nodev,relatime - tmpfs tmpfs rw",
        "89 88 254:0 /usr /usr ro,nosuid,nodev,relatime - ext4 /dev/vda rw",
        "94 89 254:1 / /usr/local ro,nosuid,nodev,relatime master:1 - xfs /dev/vdb rw",
        "90 88 0:43 / /dev rw,nosuid,noexec,relatime - tmpfs tmpfs rw",
        "92 88 0:45 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw",
        "93 88 254:0 /home/a /home/a\\040b rw,nosuid,nodev,relatime - ext4 /dev/vda rw",
        "95 88 0:46 / /tmp rw,nosuid,nodev,relatime - tmpfs tmpfs rw,size=1k");

    private static LaunchPlan plan() {
        return new LaunchPlan(new LaunchPlan.StandardDescriptors.Connector("/log"), new UserId(60101), new GroupId(60101), List.of(),
            List.of(ROOT, new LaunchStep.Mount("tmpfs", "/tmp", "tmpfs", Set.of(MountFlag.NO_SUID, MountFlag.NO_DEV), "size=1k")),
            new LaunchStep.Execute("/bin/sh", List.of("sh"), Map.of()));
    }

    private static List<String> differences(List<String> lines) {
        return PlannedMounts.of(plan(), ROOT).compare(MountEntry.parse(lines)).stream().filter(finding -> !finding.asPlanned())
            .map(Finding::toString).toList();
    }

    private static List<String> with(String from, String to) {
        return GOOD.stream().map(line -> line.replace(from, to)).toList();
    }

    @Test
    void findsNothingWhereAllIsAsPlanned() {
        assertEquals(List.of(), differences(GOOD));
    }

    /** In the machine's root the launch's own mounts must be there, whatever else is. */
    @Test
    void findsWhatIsMissingWithoutARootOfItsOwn() {
        PlannedMounts planned = PlannedMounts.of(plan());
        assertEquals(List.of(true), planned.compareRequired(MountEntry.parse(GOOD)).stream().map(Finding::asPlanned).toList());
        assertEquals(List.of("mount /tmp is none where nodev,nosuid tmpfs was planned"),
            planned.compareRequired(MountEntry.parse(with("/ /tmp rw", "/ /tmp2 rw"))).stream().map(Finding::toString).toList());
    }

    @Test
    void findsWhatIsMissingTooMuchOrTooOpen() {
        assertEquals(List.of("mount /usr is none where nodev,nosuid,ro was planned", "mount /opt is nodev,nosuid,ro ext4 where none was planned"),
            differences(with("/usr /usr ro", "/usr /opt ro")));
        assertEquals(List.of("mount /usr is nodev,nosuid ext4 where nodev,nosuid,ro was planned", "mount /usr is nodev,nosuid ext4 where none was planned"),
            differences(with("/usr /usr ro", "/usr /usr rw")));
        assertEquals(List.of("mount /usr/local is nodev,nosuid xfs where none was planned"), differences(with("/usr/local ro", "/usr/local rw")));
        assertEquals(List.of("mount /proc is nodev,noexec,nosuid tmpfs where nodev,noexec,nosuid proc was planned",
            "mount /proc is nodev,noexec,nosuid tmpfs where none was planned"), differences(with("- proc proc", "- tmpfs proc")));
    }
}
