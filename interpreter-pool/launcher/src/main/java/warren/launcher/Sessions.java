package warren.launcher;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import warren.contract.GenerationId;
import warren.launcher.cgroup.Cgroup;
import warren.launcher.cgroup.CgroupTree;

/** What owners run beside their interpreters, by cron and shells, in the same quota groups. */
final class Sessions {
    private static final int MOST_TRIES = 3;
    /** Limits are the same for every generation. */
    private static final int ANY_GENERATION = 1;
    private final CgroupTree cgroups;
    private final LaunchPlans plans;

    Sessions(CgroupTree cgroups, LaunchPlans plans) {
        this.cgroups = cgroups;
        this.plans = plans;
    }

    /**
     * Moves a process into its owner's group.
     *
     * @return the group's name; empty where the UID owns none of these sites
     * @throws LaunchFailure where he has several groups, or the kernel refuses
     */
    Optional<String> admit(Collection<Site> sites, long uid, int pid) throws LaunchFailure {
        Map<String, Entry> groups = new TreeMap<>();
        List<String> names = new ArrayList<>();
        for (Site site : sites) {
            if (site.owner().isPresent() && site.owner().get().user().value() == uid
                    && site.virtualHost().quarantine().isEmpty()) {
                LaunchPlans.Draft draft = plans.draft(site, new GenerationId(site.virtualHost().name(), ANY_GENERATION));
                groups.putIfAbsent(draft.group(), new Entry(draft, site));
                names.add(site.virtualHost().name().value());
            }
        }
        if (groups.size() > 1) {
            throw new LaunchFailure("session", "admit", Optional.empty(), "UID " + uid + " has " + groups.size()
                + " quotas, those of " + names.stream().sorted().toList() + ", expected one (WarrenQuotasOf owner)");
        }
        for (Map.Entry<String, Entry> group : groups.entrySet()) {
            admit(group.getKey(), group.getValue(), pid);
        }
        return groups.keySet().stream().findFirst();
    }

    private record Entry(LaunchPlans.Draft draft, Site site) { }

    private void admit(String group, Entry entry, int pid) throws LaunchFailure {
        for (int tries = 1; true; tries++) {
            try {
                Cgroup sessions = cgroups.sessions(group);
                sessions.group().orElseThrow().limits().set(entry.draft().limits(),
                    GroupQuotas.disk(entry.draft(), entry.site().virtualHost()));
                sessions.take(pid);
                return;
            } catch (NoSuchFileException goneMeanwhile) {
                if (tries == MOST_TRIES) {
                    throw failure(goneMeanwhile);
                }
            } catch (IOException e) {
                throw failure(e);
            }
        }
    }

    private static LaunchFailure failure(IOException e) {
        return new LaunchFailure("quota group", "write", Optional.empty(), String.valueOf(e.getMessage()));
    }
}
