package warren.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.GenerationId;
import warren.contract.VirtualHostName;
import warren.launcher.cgroup.Cgroup;
import warren.launcher.cgroup.CgroupTree;
import warren.launcher.system.EndWatch;
import warren.launcher.system.SystemCallFailed;

/**
 * The generations that an earlier launcher left, found by their cgroups. One whose parent interpreter runs as its note
 * says, for a virtual host that may be launched, with the identity that it has now, is good. Every other is ended, and
 * whatever lies about of it is removed.
 */
final class LeftGenerations {
    private static final Logger LOG = LogManager.getLogger(LeftGenerations.class);
    private static final Duration KILL = Duration.ofSeconds(5);
    private final CgroupTree cgroups;
    private final Directories directories;
    private final Notes notes;
    private final LaunchPlans plans;
    private final EndWatch watch;
    private final Configuration configuration;
    private final List<Generation> good = new ArrayList<>();
    private final Set<VirtualHostName> changed = new HashSet<>();
    private final Map<VirtualHostName, Integer> numbers = new HashMap<>();

    private LeftGenerations(CgroupTree cgroups, Directories directories, LaunchPlans plans, EndWatch watch,
            Configuration configuration) {
        this.cgroups = cgroups;
        this.directories = directories;
        this.notes = new Notes(directories.generationNotes());
        this.plans = plans;
        this.watch = watch;
        this.configuration = configuration;
    }

    /** @param configuration as it is read now */
    static LeftGenerations find(CgroupTree cgroups, Directories directories, LaunchPlans plans, EndWatch watch,
            Configuration configuration) throws IOException {
        LeftGenerations left = new LeftGenerations(cgroups, directories, plans, watch, configuration);
        left.count(left.notes.names());
        for (Cgroup cgroup : cgroups.generations()) {
            left.judge(cgroup);
        }
        left.removeFiles();
        return left;
    }

    List<Generation> good() {
        return good;
    }

    /** Those whose good generations would be launched otherwise now. */
    Set<VirtualHostName> changed() {
        return changed;
    }

    /** The highest number that each virtual host has had. */
    Map<VirtualHostName, Integer> numbers() {
        return numbers;
    }

    private void count(List<String> names) {
        names.stream().flatMap(name -> GenerationId.ofFileName(name).stream())
            .forEach(id -> numbers.merge(id.virtualHost(), id.number(), Math::max));
    }

    private void judge(Cgroup cgroup) throws IOException {
        Optional<GenerationId> id = cgroup.generation();
        if (id.isEmpty()) {
            // of a stage that never launched
            end(cgroup);
            return;
        }
        count(List.of(id.get().fileName()));
        try {
            good.add(generation(id.get(), cgroup));
        } catch (NotGood e) {
            LOG.warn("{} of an earlier launcher is ended: {}", id.get(), e.getMessage());
            end(cgroup);
        }
    }

    /** What the kernel cannot end now must not keep the others from being served. */
    private static void end(Cgroup cgroup) {
        try {
            cgroup.killAndRemove(KILL);
        } catch (IOException e) {
            LOG.error("{}", e.getMessage());
        }
    }

    private Generation generation(GenerationId id, Cgroup cgroup) throws NotGood, SystemCallFailed {
        Site site = configuration.find(id.virtualHost())
            .orElseThrow(() -> new NotGood("its virtual host is not configured any more, or quarantined"));
        Note note = notes.find(id.fileName()).orElseThrow(() -> new NotGood("it has no whole note"));
        Site.Owner owner = site.owner().orElseThrow(() -> new NotGood("its virtual host has no owner"));
        if (!note.hasIdentity(owner.user(), owner.group(), owner.supplementaryGroups())) {
            throw new NotGood("its owner's UID, GID or groups are others now");
        }
        if (!Files.exists(directories.generationSocket(id)) || !Files.exists(directories.generationLog(id))) {
            throw new NotGood("its socket or log has gone");
        }
        AdoptedProcess parent = AdoptedProcess.find(note, cgroup, watch)
            .orElseThrow(() -> new NotGood("its parent interpreter has gone"));
        if (!note.fingerprint().equals(fingerprint(site, id).orElse("none"))) {
            changed.add(id.virtualHost());
        }
        return Generation.of(id, parent, cgroup, note.since(), 0);
    }

    /** What cannot be launched now is another plan too: its renewal fails and says why, and what runs goes on. */
    private Optional<String> fingerprint(Site site, GenerationId id) {
        try {
            return Optional.of(plans.draft(site, id).fingerprint());
        } catch (LaunchFailure e) {
            LOG.warn("{} could not be launched now: {}", id, e.getMessage());
            return Optional.empty();
        }
    }

    /** Sockets and FIFOs of those that have ended, and of launches that were under way when their launcher ended. */
    private void removeFiles() throws IOException {
        Set<Path> kept = new HashSet<>();
        good.forEach(generation -> kept.addAll(List.of(directories.generationSocket(generation.id()),
            directories.generationLog(generation.id()))));
        try (Stream<Path> files = Files.list(directories.generations())) {
            for (Path file : files.filter(file -> !kept.contains(file)).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Why something left is not taken over. */
    private static final class NotGood extends Exception {
        NotGood(String why) {
            super(why);
        }
    }
}
