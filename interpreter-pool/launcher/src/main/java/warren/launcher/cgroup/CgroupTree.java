package warren.launcher.cgroup;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * This launcher's part of the cgroup tree, below the cgroup that it was started in ({@link Delegation}), or that an earlier
 * launcher was started in whose tree it takes over:
 * <pre>
 *   warren-NAME/connector.N
 *   warren-NAME/starting     launch stages that are not ready yet
 *   warren-NAME/quotas/G/N   N of a launch stage that waits, then of the generation that it became; G is a quota group
 *   warren-NAME/quotas/G/sessions   what an owner runs besides
 * </pre>
 * {@link Cgroup#generation} and {@link QuotaGroup#name} say whose they are. Trees of version 1, where controllers are
 * mounted there, have {@code warren-NAME/quotas/G}, and the one that weighs {@code warren-NAME/starting}.
 * A process that moves to another cgroup waits some 6 ms a tree for the kernel (a grace period of RCU), which a first
 * launch has no time for: a stage joins a group while it starts, before anybody knows whose interpreter it will become.
 * Only who comes to a group that has members already, such as the next generation, is moved.
 */
public final class CgroupTree {
    private static final Duration LEFTOVERS = Duration.ofSeconds(5);
    private static final String QUOTAS = "quotas";
    private static final String STARTING = "starting";
    private final Delegation delegation;
    private final Path top;
    private final Map<Controller, Path> versionOne;
    private final List<Controller> versionTwo;
    private final StartingStages starting;
    private final Map<String, QuotaGroup> groups = new HashMap<>();
    private final Set<QuotaGroup> withSessions = new HashSet<>();
    private int made;

    private CgroupTree(Delegation delegation, String name, Map<Controller, Path> versionOne) throws IOException {
        this.delegation = delegation;
        this.top = delegation.directory().resolve(name);
        Files.createDirectories(top.resolve(QUOTAS));
        this.versionTwo = delegation.give(List.of(delegation.directory(), top, top.resolve(QUOTAS)));
        this.versionOne = new EnumMap<>(Controller.class);
        for (Map.Entry<Controller, Path> tree : versionOne.entrySet()) {
            if (!versionTwo.contains(tree.getKey())) {
                Files.createDirectories(tree.getValue().resolve(QUOTAS));
                this.versionOne.put(tree.getKey(), tree.getValue());
            }
        }
        this.starting = StartingStages.in(weighingTree().map(
            tree -> new ControllerFiles(Controller.CPU, tree.equals(top) ? 2 : 1, tree.resolve(STARTING))));
    }

    private Optional<Path> weighingTree() {
        return versionTwo.contains(Controller.CPU) ? Optional.of(top) : Optional.ofNullable(versionOne.get(Controller.CPU));
    }

    /**
     * @param name tells several launchers on one machine apart
     * @param note what an earlier launcher noted of its tree; used where that is there, for it may have run elsewhere
     * @throws IOException where no version 2 tree is mounted; the message says how to get one
     */
    public static CgroupTree open(String name, List<String> note) throws IOException {
        Hierarchies own = Hierarchies.ofThisProcess();
        long us = ProcessHandle.current().pid();
        if (!note.isEmpty() && note.get(0).endsWith("/" + name) && Files.exists(Path.of(note.get(0), "cgroup.procs"))) {
            Map<Controller, Path> versionOne = new EnumMap<>(Controller.class);
            for (Controller controller : Controller.values()) {
                note.stream().filter(line -> line.startsWith(controller + " ")).findFirst()
                    .ifPresent(line -> versionOne.put(controller, Path.of(line.substring(controller.name().length() + 1))));
            }
            return new CgroupTree(Delegation.at(Path.of(note.get(0)).getParent(), own.unified(), us), name, versionOne);
        }
        Map<Controller, Path> versionOne = new EnumMap<>(Controller.class);
        own.versionOne().forEach((controller, path) -> versionOne.put(controller, path.resolve(name)));
        return new CgroupTree(Delegation.of(own.unified(), us), name, versionOne);
    }

    /** What the next launcher should know: the directory, then a line for each tree of version 1. */
    public List<String> note() {
        List<String> lines = new ArrayList<>(List.of(top.toString()));
        versionOne.forEach((controller, path) -> lines.add(controller + " " + path));
        return lines;
    }

    /** Controllers that this machine gives nobody, in either version; nothing is made or changed. */
    public static List<Controller> missingHere() throws IOException {
        Hierarchies own = Hierarchies.ofThisProcess();
        // not those of our own cgroup: a launcher is started in another
        List<Controller> unified = Delegation.offered(own.root());
        return Arrays.stream(Controller.values()).filter(controller ->
            !unified.contains(controller) && !own.versionOne().containsKey(controller)).toList();
    }

    /** Controllers whose limits cannot be enforced. */
    public List<Controller> missing() {
        return Arrays.stream(Controller.values())
            .filter(controller -> !versionTwo.contains(controller) && !versionOne.containsKey(controller)).toList();
    }

    /** Why version 2's are missing though the machine has them; nothing where they are not. */
    public Optional<String> obstacle() throws IOException {
        return delegation.obstacle();
    }

    public Path directory() {
        return top;
    }

    public Cgroup createForConnector(int number) throws IOException {
        return Cgroup.create(top.resolve("connector." + number));
    }

    /** Where stages start. */
    public StartingStages starting() {
        return starting;
    }

    /** One that a stage will wait in, in a group of its own. */
    public synchronized Cgroup createForStage() throws IOException {
        sweep();
        return newGroup().createChild();
    }

    private QuotaGroup newGroup() throws IOException {
        while (true) {
            QuotaGroup group = group(Integer.toString(++made));
            try {
                return group.create();
            } catch (FileAlreadyExistsException anEarlierLaunchers) {
                // its number goes on; who takes over decides about it
            }
        }
    }

    private QuotaGroup group(String number) {
        Map<Controller, Path> old = new EnumMap<>(Controller.class);
        versionOne.forEach((controller, path) -> old.put(controller, path.resolve(QUOTAS).resolve(number)));
        return QuotaGroup.at(top.resolve(QUOTAS).resolve(number), old, versionTwo);
    }

    /**
     * The cgroup for a stage that is going to be one of this group: the one where it waits, whose group takes the name;
     * where the group has members already, a new one beside theirs, into which the stage must be moved.
     */
    public synchronized Cgroup join(String name, Cgroup waitsIn) throws IOException {
        Optional<QuotaGroup> group = find(name);
        if (group.isPresent()) {
            try {
                return group.get().createChild();
            } catch (NoSuchFileException itsLastMemberHasGone) {
                groups.remove(name);
            }
        }
        QuotaGroup own = waitsIn.group().orElseThrow();
        own.nameAfter(name);
        groups.put(name, own);
        return waitsIn;
    }

    /**
     * The cgroup for what is no generation's and shall have this group's limits. The group is made where it has no
     * members; both stay as long as something is in them.
     */
    public synchronized Cgroup sessions(String name) throws IOException {
        sweep();
        while (true) {
            QuotaGroup group = find(name).orElse(null);
            try {
                if (group == null) {
                    group = newGroup();
                    group.nameAfter(name);
                    groups.put(name, group);
                }
                Cgroup sessions = group.sessions();
                withSessions.add(group);
                return sessions;
            } catch (NoSuchFileException itsLastMemberHasGone) {
                groups.remove(name);
            }
        }
    }

    /** Nobody tells of a session's end: groups that it kept are looked at when the next group is made. */
    private void sweep() throws IOException {
        for (QuotaGroup group : List.copyOf(withSessions)) {
            group.removeIfEmpty(System.nanoTime());
            if (!group.hasSessions()) {
                withSessions.remove(group);
            }
        }
    }

    /** The group of this name, where it is there: another may have its directory by now. */
    public synchronized Optional<QuotaGroup> find(String name) {
        return Optional.ofNullable(groups.get(name)).filter(group -> group.name().equals(Optional.of(name)));
    }

    /** All that are there, by their names. */
    synchronized Map<String, QuotaGroup> named() {
        groups.entrySet().removeIf(entry -> !entry.getValue().name().equals(Optional.of(entry.getKey())));
        return Map.copyOf(groups);
    }

    /** Processor time of all quota groups that are or were, in microseconds. */
    OptionalLong cpuMicros() {
        return GroupUse.cpuMicros(top.resolve(QUOTAS));
    }

    /** Of all generations and stages, also those that an earlier launcher made; their groups are known from now on. */
    public synchronized List<Cgroup> generations() throws IOException {
        List<Cgroup> found = new ArrayList<>();
        for (Path directory : below(top.resolve(QUOTAS))) {
            QuotaGroup group = group(directory.getFileName().toString()).takenOver();
            made = Math.max(made, Integer.parseInt(directory.getFileName().toString()));
            group.name().ifPresent(name -> groups.put(name, group));
            List<Cgroup> members = group.members();
            found.addAll(members);
            if (members.isEmpty()) {
                group.removeIfEmpty(System.nanoTime());
            }
            if (group.hasSessions()) {
                withSessions.add(group);
            }
        }
        removeHalves();
        return found;
    }

    /** Directories of version 1 without theirs in version 2's tree: a launcher ended while it made or removed a group. */
    private void removeHalves() throws IOException {
        for (Path tree : versionOne.values()) {
            for (Path directory : below(tree.resolve(QUOTAS))) {
                if (!Files.exists(top.resolve(QUOTAS).resolve(directory.getFileName()))) {
                    Files.deleteIfExists(directory);
                }
            }
        }
    }

    /** Of connectors by their numbers; the newest comes first. */
    public List<Path> connectors() throws IOException {
        return below(top).stream().filter(path -> path.getFileName().toString().matches("connector\\.[0-9]{1,9}"))
            .sorted(Comparator.comparing(CgroupTree::number).reversed()).toList();
    }

    /** The number of a connector's cgroup. */
    public static int number(Path connector) {
        return Integer.parseInt(connector.getFileName().toString().substring("connector.".length()));
    }

    static List<Path> below(Path directory) throws IOException {
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> children = Files.newDirectoryStream(directory, Files::isDirectory)) {
                children.forEach(found::add);
            }
        }
        return found;
    }

    /** Ends whatever is in it, but for sessions, and removes what is empty of the tree: all, where there are none. */
    public void killAndRemoveAll() throws IOException {
        for (Cgroup generation : generations()) {
            generation.killAndRemove(LEFTOVERS);
        }
        for (Path connector : connectors()) {
            Cgroup.existing(connector).killAndRemove(LEFTOVERS);
        }
        starting.killAll(LEFTOVERS);
        if (!below(top.resolve(QUOTAS)).isEmpty()) {
            return;
        }
        starting.remove();
        for (Path tree : versionOne.values()) {
            Files.deleteIfExists(tree.resolve(QUOTAS));
            Files.deleteIfExists(tree);
        }
        Files.deleteIfExists(top.resolve(QUOTAS));
        Files.deleteIfExists(top);
        delegation.leave();
    }
}
