package warren.launcher.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * The cgroup of version 2 below which this launcher makes its tree: the one that it was started in, which a service manager or a
 * container delegates. Only a cgroup without processes can give controllers to those below it, but for the root
 * ({@code cgroups(7)}, "no internal processes"). So a launcher that is alone in its cgroup steps into a leaf below it, and one that was started in
 * such a leaf (systemd's {@code DelegateSubgroup=launcher}) has its tree beside that. Where others are in it, too, nothing is
 * given: some controllers could be, and would make what is below unusable for everything else ("threaded").
 */
final class Delegation {
    static final String LEAF = "launcher";
    private static final Logger LOG = LogManager.getLogger(Delegation.class);
    private static final String PROCESSES = "cgroup.procs";
    private static final String GIVEN = "cgroup.subtree_control";
    private final Path directory;
    private final String pid;
    private final Optional<Path> leaf;

    private Delegation(Path directory, String pid, Optional<Path> leaf) {
        this.directory = directory;
        this.pid = pid;
        this.leaf = leaf;
    }

    /**
     * @param own the cgroup that this process is in
     * @param us this process
     * @throws IOException where the step into a leaf fails
     */
    static Delegation of(Path own, long us) throws IOException {
        String pid = Long.toString(us);
        if (!isRoot(own) && own.endsWith(LEAF) && mayGive(own.getParent())) {
            return new Delegation(own.getParent(), pid, Optional.empty());
        }
        boolean offersAny = Arrays.stream(Controller.values()).anyMatch(offered(own)::contains);
        if (!isRoot(own) && offersAny && processes(own).equals(List.of(pid))) {
            Path leaf = own.resolve(LEAF);
            Files.createDirectories(leaf);
            Files.writeString(leaf.resolve(PROCESSES), pid);
            return new Delegation(own, pid, Optional.of(leaf));
        }
        return new Delegation(own, pid, Optional.empty());
    }

    /** The same where a tree is to be made, or has been made by an earlier launcher, who may have been started elsewhere. */
    static Delegation at(Path directory, Path own, long us) throws IOException {
        return own.equals(directory) || own.equals(directory.resolve(LEAF)) ? of(own, us)
            : new Delegation(directory, Long.toString(us), Optional.empty());
    }

    Path directory() {
        return directory;
    }

    /** Only the root has no type. */
    private static boolean isRoot(Path cgroup) {
        return !Files.exists(cgroup.resolve("cgroup.type"));
    }

    private static boolean mayGive(Path cgroup) throws IOException {
        return isRoot(cgroup) || processes(cgroup).isEmpty();
    }

    private static List<String> processes(Path cgroup) throws IOException {
        return Files.readAllLines(cgroup.resolve(PROCESSES));
    }

    /** What a cgroup could give to those below it. */
    static List<Controller> offered(Path cgroup) throws IOException {
        return named(cgroup.resolve("cgroup.controllers"));
    }

    private static List<Controller> named(Path file) throws IOException {
        List<String> words = Arrays.asList(Files.readString(file).strip().split("\\s+"));
        return Arrays.stream(Controller.values()).filter(controller -> words.contains(controller.versionTwoName())).toList();
    }

    /** Why no controller is given though there are some; nothing where they are. */
    Optional<String> obstacle() throws IOException {
        if (mayGive(directory) || offered(directory).isEmpty()) {
            return Optional.empty();
        }
        List<String> others = new ArrayList<>(processes(directory));
        others.remove(pid);
        if (others.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(directory + " has other processes than the launcher (pid " + String.join(", ", others.subList(0, Math.min(3, others.size())))
            + (others.size() > 3 ? ", ..." : "") + "), and so can give no controllers to those below it: start the launcher in a cgroup of its own (docs/quotas.md)");
    }

    /** Gives the cgroups along a path that begins here what controllers there are; returns those that all of them have now. */
    List<Controller> give(List<Path> path) throws IOException {
        List<Controller> all = new ArrayList<>();
        if (!mayGive(directory)) {
            return all;
        }
        for (Controller controller : offered(directory)) {
            try {
                for (Path each : path) {
                    give(each, controller);
                }
                all.add(controller);
            } catch (IOException refused) {
                // whose limits are missing is said at the start
            }
        }
        return all;
    }

    private void give(Path cgroup, Controller controller) throws IOException {
        if (!named(cgroup.resolve(GIVEN)).contains(controller)) {
            Files.writeString(cgroup.resolve(GIVEN), "+" + controller.versionTwoName());
        }
    }

    /**
     * Back out of the leaf, once nothing is below the directory but that: it gives nothing any more. The root goes on, for others
     * may use what it gives.
     */
    void leave() {
        try {
            if (!isRoot(directory)) {
                for (Controller controller : named(directory.resolve(GIVEN))) {
                    Files.writeString(directory.resolve(GIVEN), "-" + controller.versionTwoName());
                }
            }
            if (leaf.isPresent()) {
                Files.writeString(directory.resolve(PROCESSES), pid);
                Files.delete(leaf.get());
            }
        } catch (IOException e) {
            LOG.warn("{} stays as it is: {}", directory, e.toString());
        }
    }
}
