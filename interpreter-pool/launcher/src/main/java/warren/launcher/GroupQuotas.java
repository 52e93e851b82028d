package warren.launcher;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.VirtualHost;
import warren.contract.VirtualHostName;
import warren.launcher.cgroup.Cgroup;
import warren.launcher.cgroup.CgroupTree;
import warren.launcher.cgroup.Disk;
import warren.launcher.cgroup.QuotaGroup;

/** How generations come into their quota groups and leave them. */
final class GroupQuotas {
    private static final Logger LOG = LogManager.getLogger(GroupQuotas.class);
    private final CgroupTree cgroups;
    private final Collection<Generation> running;

    /** @param running all generations, as they are at any time */
    GroupQuotas(CgroupTree cgroups, Collection<Generation> running) {
        this.cgroups = cgroups;
        this.running = running;
    }

    /** Before the plan is sent: nothing of an owner's ever runs outside its limits. */
    void enter(Stage stage, LaunchPlans.Draft draft, VirtualHost host) throws LaunchFailure {
        try {
            Cgroup cgroup = cgroups.join(draft.group(), stage.cgroup());
            if (cgroup != stage.cgroup()) {
                stage.moveTo(cgroup);
            }
            QuotaGroup group = cgroup.group().orElseThrow();
            group.limits().overlap(overlaps(group, Optional.of(host.name())));
            List<String> missing = group.limits().set(draft.limits(), disk(draft, host));
            missing.forEach(why -> LOG.debug("{}: {}", draft.group(), why));
        } catch (IOException e) {
            throw new LaunchFailure("quota group", "write", Optional.empty(), String.valueOf(e.getMessage()));
        }
    }

    /** Not looked for in vain: a document root may lie on a file system whose server does not answer. */
    static Optional<String> disk(LaunchPlans.Draft draft, VirtualHost host) {
        return draft.limits().stream().anyMatch(limit -> limit.quota().isOfDisk() && !limit.isNone())
            ? Disk.of(Path.of(host.documentRoot())) : Optional.empty();
    }

    /** One that has ended, or did not come to run: those of its group may overlap no more. */
    void left(Cgroup cgroup) {
        if (cgroup.group().isPresent()) {
            QuotaGroup group = cgroup.group().get();
            try {
                group.limits().overlap(overlaps(group, Optional.empty()));
            } catch (IOException e) {
                // who holds more than the limit now cannot take any more
                LOG.warn("quotas stay doubled until the next launch: {}", e.getMessage());
            }
        }
    }

    /** Whether two generations of one virtual host are in it, with one that is about to come. */
    private boolean overlaps(QuotaGroup group, Optional<VirtualHostName> coming) {
        Set<VirtualHostName> seen = new HashSet<>();
        coming.ifPresent(seen::add);
        return running.stream().filter(generation -> generation.cgroup().group().equals(Optional.of(group)))
            .anyMatch(generation -> !seen.add(generation.id().virtualHost()));
    }

    /** What its group's limits have done until now, in parentheses; nothing where they have done nothing. */
    static String hits(Generation generation) {
        String hits = generation.cgroup().group().map(group -> group.use().hits()).orElse("");
        return hits.isEmpty() ? "" : " (its quotas until now: " + hits + ")";
    }
}
