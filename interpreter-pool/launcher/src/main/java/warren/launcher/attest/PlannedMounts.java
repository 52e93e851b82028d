package warren.launcher.attest;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import warren.launcher.stage.LaunchPlan;
import warren.plugin.LaunchStep;
import warren.plugin.RootEntry;

/** The mounts of a plan with a root of its own, and how those that are found agree with them. */
final class PlannedMounts {
    private final List<Planned> all = new ArrayList<>();

    /**
     * One mount.
     *
     * @param type of its file system; empty where it is the host's, whatever that is
     * @param required whether it must be there
     * @param deep whether further mounts beneath it are the host's too
     */
    private record Planned(String path, Optional<String> type, Set<String> flags, boolean required, boolean deep) {
        private boolean fits(MountEntry found) {
            return found.path().equals(path) && found.flags().equals(flags) && type.map(found.type()::equals).orElse(true);
        }

        private String shown() {
            return String.join(",", flags) + type.map(name -> " " + name).orElse("");
        }
    }

    private PlannedMounts() { }

    /** In the machine's root, where the machine's mounts are too: of those nothing is said. */
    static PlannedMounts of(LaunchPlan plan) {
        PlannedMounts mounts = new PlannedMounts();
        mounts.addLaunchs(plan);
        return mounts;
    }

    static PlannedMounts of(LaunchPlan plan, LaunchStep.OwnRoot root) {
        PlannedMounts mounts = new PlannedMounts();
        boolean prepared = root.tree().isPresent();
        mounts.add("/", prepared ? Optional.empty() : Optional.of("tmpfs"), true, prepared, "ro", "nosuid", "nodev");
        root.entries().forEach(entry -> mounts.add(entry, root));
        mounts.addLaunchs(plan);
        return mounts;
    }

    private void addLaunchs(LaunchPlan plan) {
        if (!plan.credentials().files().isEmpty()) {
            add(plan.credentials().directory(), Optional.of("ramfs"), true, false, "ro", "nosuid", "nodev", "noexec");
        }
        for (LaunchStep step : plan.steps()) {
            if (step instanceof LaunchStep.Mount mount) {
                add(mount);
            }
        }
    }

    private void add(String path, Optional<String> type, boolean required, boolean deep, String... flags) {
        all.add(new Planned(path, type, new TreeSet<>(Set.of(flags)), required, deep));
    }

    private void add(RootEntry entry, LaunchStep.OwnRoot root) {
        switch (entry) {
            case RootEntry.Shown shown when shown.writable() ->
                add(shown.path(), Optional.empty(), shown.required(), true, "nosuid", "nodev");
            case RootEntry.Shown shown -> add(shown.path(), Optional.empty(), shown.required(), true, "ro", "nosuid", "nodev");
            case RootEntry.Resolved hosts -> add(hosts.path(), Optional.empty(), false, true, "ro", "nosuid", "nodev");
            case RootEntry.AsOnHost same -> add(same.path(), Optional.empty(), false, true, "ro", "nosuid", "nodev");
            case RootEntry.Hidden hidden -> add(hidden.path(), Optional.empty(), false, false, "ro", "nosuid", "nodev");
            case RootEntry.Memory memory -> add(memory.path(), Optional.of("tmpfs"), true, false, "nosuid",
                holdsDevices(memory.path(), root) ? "noexec" : "nodev");
            case RootEntry.Processes processes ->
                add(processes.path(), Optional.of("proc"), true, false, "nosuid", "nodev", "noexec");
            case RootEntry.Directory none -> { }
            case RootEntry.Link none -> { }
            case RootEntry.Text none -> { }
            case RootEntry.Device none -> { }
        }
    }

    private static boolean holdsDevices(String path, LaunchStep.OwnRoot root) {
        return root.entries().stream().anyMatch(entry -> entry instanceof RootEntry.Device && entry.path().startsWith(path + "/"));
    }

    private void add(LaunchStep.Mount mount) {
        Set<String> flags = new TreeSet<>();
        for (LaunchStep.MountFlag flag : mount.flags()) {
            switch (flag) {
                case READ_ONLY -> flags.add("ro");
                case NO_SUID -> flags.add("nosuid");
                case NO_DEV -> flags.add("nodev");
                case NO_EXEC -> flags.add("noexec");
                case BIND, REMOUNT, RECURSIVE, PRIVATE -> { }
            }
        }
        boolean bind = mount.flags().contains(LaunchStep.MountFlag.BIND);
        // a bind mount has the flags of what it shows
        Set<String> ofSource = all.stream().filter(one -> bind && one.path().equals(mount.source())).map(Planned::flags)
            .reduce((first, second) -> second).orElse(flags);
        all.add(new Planned(mount.target(), bind ? Optional.empty() : Optional.of(mount.type()), ofSource, true, false));
    }

    /** Each planned one that must be there, and each found one that is not as any is planned. */
    List<Finding> compare(List<MountEntry> found) {
        List<Finding> findings = new ArrayList<>(compareRequired(found));
        for (MountEntry entry : found) {
            if (all.stream().noneMatch(planned -> planned.fits(entry)) && !isBeneathTheHosts(entry)) {
                findings.add(new Finding("mount " + entry.path(), "none", String.join(",", entry.flags()) + " " + entry.type()));
            }
        }
        return findings;
    }

    /** Each planned one that must be there, whatever else is. */
    List<Finding> compareRequired(List<MountEntry> found) {
        List<Finding> findings = new ArrayList<>();
        for (Planned planned : all) {
            boolean there = found.stream().anyMatch(planned::fits);
            if (planned.required() || there) {
                findings.add(new Finding("mount " + planned.path(), planned.shown(), there ? planned.shown() : shown(found, planned.path())));
            }
        }
        return findings;
    }

    private static String shown(List<MountEntry> found, String path) {
        return found.stream().filter(entry -> entry.path().equals(path)).reduce((first, second) -> second)
            .map(entry -> String.join(",", entry.flags()) + " " + entry.type()).orElse("none");
    }

    /** With what is shown come the mounts beneath it, as closed as itself. */
    private boolean isBeneathTheHosts(MountEntry entry) {
        return all.stream().anyMatch(planned -> planned.deep() && !planned.path().equals("/")
            && entry.path().startsWith(planned.path() + "/") && entry.flags().containsAll(planned.flags()));
    }
}
