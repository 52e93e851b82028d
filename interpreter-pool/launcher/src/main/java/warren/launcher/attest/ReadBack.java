package warren.launcher.attest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import warren.launcher.cgroup.Cgroup;
import warren.launcher.stage.LaunchPlan;
import warren.plugin.LaunchStep;
import warren.plugin.LaunchStep.Namespace;

/**
 * What the kernel says of one process, {@code proc(5)}, beside its plan: identity, capabilities, namespaces, root,
 * mounts, descriptors, limits, cgroup, filter. Landlock is an exception: nothing tells of it from outside, so the launch
 * stage tries it itself. Nor does anything tell of the limits of System V IPC, which belong to the namespace.
 */
public final class ReadBack {
    private static final List<String> CAPABILITIES = List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb");
    private static final String NONE = "0000000000000000";
    /** The names in {@code /proc/PID/ns} of what a plan can ask for. */
    private static final Map<Namespace, String> NAMESPACES = Map.of(Namespace.MOUNT, "mnt", Namespace.IPC, "ipc",
        Namespace.UTS, "uts", Namespace.NETWORK, "net", Namespace.PROCESSES, "pid");
    private static final List<String> NEVER_OWN = List.of("user", "cgroup");
    private static final int STANDARD_DESCRIPTORS = 3;
    /** Fields of {@code /proc/PID/stat}; the third is the first behind the name. */
    private static final int SESSION = 6;
    private static final int FLAGS = 9;
    /** Of {@code linux/sched.h}. */
    private static final long PF_EXITING = 4;
    private static final int NICE = 19;
    private static final int PERMISSIONS = 07777;

    private final Path process;
    private final LaunchPlan plan;
    private final List<Finding> findings = new ArrayList<>();

    private ReadBack(int pid, LaunchPlan plan) {
        this.process = Path.of("/proc/" + pid);
        this.plan = plan;
    }

    /**
     * All that is compared; none where the process has gone.
     *
     * @param parent whether it is the parent interpreter, whose descriptors 0 to 2 are planned
     */
    public static List<Finding> of(int pid, LaunchPlan plan, Cgroup cgroup, boolean parent) {
        ReadBack readBack = new ReadBack(pid, plan);
        try {
            readBack.read(cgroup, parent);
            // what ends meanwhile loses one thing after the other
            return readBack.hasEnded() ? List.of() : List.copyOf(readBack.findings);
        } catch (IOException gone) {
            return List.of();
        }
    }

    private boolean hasEnded() throws IOException {
        return (Long.parseLong(stat()[FLAGS - 3]) & PF_EXITING) != 0;
    }

    /** From the third field on, those behind the name, which the process chooses. */
    private String[] stat() throws IOException {
        String stat = String.join(" ", lines("stat"));
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    }

    private void read(Cgroup cgroup, boolean parent) throws IOException {
        Map<String, String> status = status();
        compareIdentity(status);
        compareConfinement(status);
        if (parent) {
            compareProcess();
        }
        compareNamespaces();
        List<MountEntry> mounts = MountEntry.parse(lines("mountinfo"));
        compareRoot(mounts);
        compareDescriptors(mounts, parent);
        compareLimits();
        compareCgroups(cgroup);
    }

    /** In each tree. */
    private void compareCgroups(Cgroup cgroup) throws IOException {
        String pid = process.getFileName().toString();
        for (String members : cgroup.joinFiles()) {
            boolean in = Files.readAllLines(Path.of(members)).contains(pid);
            add("cgroup " + Path.of(members).getParent(), "in it", in ? "in it" : "elsewhere");
        }
    }

    private void add(String property, String planned, String found) {
        findings.add(new Finding(property, planned, found));
    }

    private List<String> lines(String file) throws IOException {
        return Files.readAllLines(process.resolve(file), StandardCharsets.UTF_8);
    }

    private Map<String, String> status() throws IOException {
        Map<String, String> status = new HashMap<>();
        for (String line : Files.readAllLines(process.resolve("status"), StandardCharsets.ISO_8859_1)) {
            int colon = line.indexOf(':');
            status.put(line.substring(0, colon), line.substring(colon + 1).strip().replace('\t', ' '));
        }
        return status;
    }

    private void compareIdentity(Map<String, String> status) {
        add("UID", fourTimes(plan.user().value()), status.get("Uid"));
        add("GID", fourTimes(plan.group().value()), status.get("Gid"));
        add("groups", new TreeSet<>(plan.supplementaryGroups().stream().map(Object::toString).toList()).toString(),
            new TreeSet<>(Stream.of(status.get("Groups").split(" ")).filter(word -> !word.isEmpty()).toList()).toString());
        CAPABILITIES.forEach(set -> add("capabilities " + set, NONE, status.get(set)));
    }

    private static String fourTimes(long id) {
        return String.join(" ", List.of("" + id, "" + id, "" + id, "" + id));
    }

    private void compareConfinement(Map<String, String> status) {
        add("no_new_privs", "1", status.get("NoNewPrivs"));
        // a process may add filters of its own, which take from it alone
        add("seccomp", plan.filter().length > 0 ? "2" : status.get("Seccomp"), status.get("Seccomp"));
    }

    /** Its session, and that nobody has given it a better priority. */
    private void compareProcess() throws IOException {
        String[] fields = stat();
        String pid = process.getFileName().toString();
        add("session", pid, fields[SESSION - 3]);
        for (LaunchStep step : plan.steps()) {
            if (step instanceof LaunchStep.SetNice nice) {
                int found = Integer.parseInt(fields[NICE - 3]);
                add("nice", Integer.toString(nice.nice()), Integer.toString(found > nice.nice() ? nice.nice() : found));
            }
        }
    }

    private void compareNamespaces() throws IOException {
        Set<Namespace> planned = plan.steps().stream().filter(LaunchStep.Unshare.class::isInstance)
            .flatMap(step -> ((LaunchStep.Unshare) step).namespaces().stream()).collect(Collectors.toSet());
        for (Map.Entry<Namespace, String> namespace : NAMESPACES.entrySet()) {
            compareNamespace(namespace.getValue(), planned.contains(namespace.getKey()));
        }
        for (String name : NEVER_OWN) {
            compareNamespace(name, false);
        }
    }

    private void compareNamespace(String name, boolean own) throws IOException {
        boolean same = Files.readSymbolicLink(process.resolve("ns").resolve(name))
            .equals(Files.readSymbolicLink(Path.of("/proc/self/ns").resolve(name)));
        add("namespace " + name, own ? "its own" : "the machine's", same ? "the machine's" : "its own");
    }

    private void compareRoot(List<MountEntry> mounts) throws IOException {
        Optional<LaunchStep.OwnRoot> root = plan.steps().stream().filter(LaunchStep.OwnRoot.class::isInstance)
            .map(LaunchStep.OwnRoot.class::cast).findFirst();
        boolean same = identity(process.resolve("root")).equals(identity(Path.of("/")));
        add("root", root.isPresent() ? "its own" : "the machine's", same ? "the machine's" : "its own");
        findings.addAll(root.isPresent() ? PlannedMounts.of(plan, root.get()).compare(mounts)
            : PlannedMounts.of(plan).compareRequired(mounts));
    }

    /** Device and inode of what a path leads to. */
    private static String identity(Path path) throws IOException {
        return Files.getAttribute(path, "unix:dev") + ":" + Files.getAttribute(path, "unix:ino");
    }

    private void compareDescriptors(List<MountEntry> mounts, boolean parent) throws IOException {
        if (parent && plan.descriptors() instanceof LaunchPlan.StandardDescriptors.Generation generation) {
            add("descriptor 0", "a socket", target("0").startsWith("socket:") ? "a socket" : target("0"));
            compareFile("the socket", generation.socket(), generation.peer());
            compareFile("the log", generation.log(), generation.peer());
            String log = identity(Path.of(generation.log()));
            for (String number : List.of("1", "2")) {
                add("descriptor " + number, "the log", identity(process.resolve("fd/" + number)).equals(log) ? "the log" : target(number));
            }
        }
        Set<String> own = mounts.stream().map(MountEntry::id).collect(Collectors.toCollection(HashSet::new));
        try (Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
            for (String number : descriptors.map(each -> each.getFileName().toString()).toList()) {
                if (Integer.parseInt(number) >= STANDARD_DESCRIPTORS && isOutside(number, own)) {
                    add("descriptor " + number, "of its own mounts", target(number));
                }
            }
        }
    }

    /** Of the connector alone. */
    private void compareFile(String what, String path, long user) throws IOException {
        Map<String, Object> attributes = Files.readAttributes(Path.of(path), "unix:uid,mode");
        add(what, "0600 of UID " + user, "0%o of UID %s".formatted((int) attributes.get("mode") & PERMISSIONS, attributes.get("uid")));
    }

    private String target(String descriptor) {
        try {
            return Files.readSymbolicLink(process.resolve("fd/" + descriptor)).toString();
        } catch (IOException closed) {
            return "closed";
        }
    }

    /** Whether it names a file or directory of a mount that the process does not have. */
    private boolean isOutside(String descriptor, Set<String> mounts) {
        String target = target(descriptor);
        if (!target.startsWith("/") || target.startsWith("/memfd:")) {
            return false;
        }
        try {
            return lines("fdinfo/" + descriptor).stream().filter(line -> line.startsWith("mnt_id:"))
                .noneMatch(line -> mounts.contains(line.substring("mnt_id:".length()).strip()));
        } catch (IOException closed) {
            return false;
        }
    }

    private void compareLimits() throws IOException {
        Map<String, String> limits = new HashMap<>();
        for (String line : lines("limits")) {
            for (Map.Entry<LaunchStep.Resource, String> name : LimitNames.ALL.entrySet()) {
                if (line.startsWith(name.getValue() + " ")) {
                    limits.put(name.getKey().name(), line.substring(name.getValue().length()).strip().split("\\s+")[1]);
                }
            }
        }
        for (LaunchStep step : plan.steps()) {
            if (step instanceof LaunchStep.SetLimit limit) {
                String found = limits.get(limit.resource().name());
                add("limit " + limit.resource(), shown(limit.hard()), isLess(found, limit.hard()) ? shown(limit.hard()) : found);
            }
        }
    }

    private static String shown(long limit) {
        return limit == LaunchStep.SetLimit.UNLIMITED ? "unlimited" : Long.toString(limit);
    }

    /** A process may lower its own. */
    private static boolean isLess(String found, long planned) {
        return planned == LaunchStep.SetLimit.UNLIMITED || !found.equals("unlimited") && Long.parseLong(found) <= planned;
    }
}
