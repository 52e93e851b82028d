package warren.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.Answer;
import warren.contract.GenerationId;
import warren.contract.VirtualHostName;
import warren.launcher.stage.LaunchPlan;
import warren.launcher.system.OwnersLogFile;
import warren.launcher.system.PidFd;
import warren.launcher.system.SystemCallFailed;
import warren.launcher.system.WaitPid;

/** The generations that run, and the launch's path on the launcher's side: {@link #launch}, top to bottom. */
final class Generations {
    private static final Logger LOG = LogManager.getLogger(Generations.class);
    private static final Duration KILL = Duration.ofSeconds(5);
    /** n, n+1 beside it, and one that is just ending: more is no reload but a connector gone wrong. */
    private static final int MOST_OF_ONE_VIRTUAL_HOST = 4;

    private final CgroupTree cgroups;
    private final Directories directories;
    private final Stages stages;
    private final LaunchPlans plans;
    private final long connectorUser;
    private final Map<GenerationId, Generation> running = new ConcurrentHashMap<>();
    private final Set<GenerationId> held = new HashSet<>();
    private final Map<VirtualHostName, Integer> lastNumbers = new HashMap<>();

    Generations(CgroupTree cgroups, Directories directories, Stages stages, LaunchPlans plans, long connectorUser) {
        this.cgroups = cgroups;
        this.directories = directories;
        this.stages = stages;
        this.plans = plans;
        this.connectorUser = connectorUser;
    }

    /** A new generation of this site: its parent interpreter has been executed when this returns. */
    Answer.Launched launch(Site site) throws LaunchFailure {
        VirtualHostName name = site.virtualHost().name();
        GenerationId id = takeRoom(name);
        try {
            return launch(site, id);
        } catch (LaunchFailure e) {
            releaseRoom(id);
            throw e;
        }
    }

    private Answer.Launched launch(Site site, GenerationId id) throws LaunchFailure {
        // first of all, so that the owner can read why it went no further
        if (site.owner().isPresent()) {
            prepareLog(id.virtualHost(), site.owner().get());
        }
        LaunchPlans.Draft draft = plans.draft(site, id);
        Cgroup cgroup = createCgroup(id);
        try {
            Children.Child parent = perform(draft.plan(cgroup.joinFile(), new LaunchPlan.StandardDescriptors.Generation(
                directories.generationSocket(id).toString(), directories.generationLog(id).toString(), connectorUser)));
            return launched(new Generation(id, parent, cgroup, Instant.now(), new CompletableFuture<>()));
        } catch (LaunchFailure e) {
            removeRest(id, cgroup);
            throw e;
        }
    }

    /** Its number, counted from before the launch until nothing is left of it. */
    private synchronized GenerationId takeRoom(VirtualHostName name) throws LaunchFailure {
        long count = held.stream().filter(id -> id.virtualHost().equals(name)).count();
        if (count >= MOST_OF_ONE_VIRTUAL_HOST) {
            throw new LaunchFailure("count of generations", "launch", Optional.empty(),
                count + " generations run already, expected fewer than " + MOST_OF_ONE_VIRTUAL_HOST);
        }
        GenerationId id = new GenerationId(name, lastNumbers.merge(name, 1, Integer::sum));
        held.add(id);
        return id;
    }

    private synchronized void releaseRoom(GenerationId id) {
        held.remove(id);
    }

    private void prepareLog(VirtualHostName name, Site.Owner owner) throws LaunchFailure {
        Path log = directories.ownersLogs().resolve(name + ".log");
        try {
            if (!OwnersLogFile.prepare(log.toString(), connectorUser, owner.user().value())) {
                LOG.warn("vhost={}: {} is closed to its owner: the file system has no access control lists", name, log);
            }
        } catch (SystemCallFailed e) {
            throw new LaunchFailure("owner's log", e.call(), Optional.of(e.errno()), Hints.of(e.call(), e.errno()));
        }
    }

    private Cgroup createCgroup(GenerationId id) throws LaunchFailure {
        try {
            return cgroups.createFor(id);
        } catch (IOException e) {
            throw new LaunchFailure("CGROUP", "mkdir", Optional.empty(), e.toString());
        }
    }

    private Children.Child perform(LaunchPlan plan) throws LaunchFailure {
        Stage stage = stages.take();
        try {
            Children.Child child = stage.launch(plan);
            stage.release();
            return child;
        } catch (LaunchFailure e) {
            stage.kill();
            throw e;
        }
    }

    private Answer.Launched launched(Generation generation) {
        running.put(generation.id(), generation);
        LOG.info("{} launched", generation);
        // an end that nobody asked for ends the generation: its interpreters have no parent to come from any more
        generation.parent().ended().thenAcceptAsync(status -> end(generation, WaitPid.describe(status)),
            // on its own thread: it waits for the kernel, and the end of one generation must not wait for another's
            after -> new Thread(after, "end of " + generation.id()).start());
        return new Answer.Launched(generation.id(), directories.generationSocket(generation.id()).toString(),
            directories.generationLog(generation.id()).toString());
    }

    /** Ends a generation with everything in its cgroup; returns when nothing is left. Unknown ones are gone already. */
    void stop(GenerationId id) {
        Generation generation = running.get(id);
        if (generation != null) {
            end(generation, "was stopped");
        }
    }

    private void end(Generation generation, String why) {
        if (running.remove(generation.id(), generation)) {
            LOG.info("{} {}", generation, why);
            removeRest(generation.id(), generation.cgroup());
            releaseRoom(generation.id());
            generation.removed().complete(Optional.of(why));
        } else {
            generation.removed().join();
        }
    }

    private void removeRest(GenerationId id, Cgroup cgroup) {
        try {
            cgroup.killAndRemove(KILL);
        } catch (IOException e) {
            LOG.error("{}: {}", id, e.getMessage());
        }
        try {
            Files.deleteIfExists(directories.generationSocket(id));
            Files.deleteIfExists(directories.generationLog(id));
        } catch (IOException e) {
            LOG.error("{}: {}", id, e.getMessage());
        }
    }

    /** SIGKILL to the process of this generation that calls itself by this pid in its own PID namespace. */
    boolean kill(GenerationId id, int reportedPid) {
        Generation generation = running.get(id);
        if (generation == null) {
            return false;
        }
        for (int pid : generation.cgroup().processes()) {
            if (pid != generation.parent().pid() && NamespacePid.of(pid) == reportedPid) {
                return killPinned(generation, pid);
            }
        }
        return false;
    }

    private static boolean killPinned(Generation generation, int pid) {
        try (PidFd pinned = PidFd.open(pid)) {
            // the number may have been reused since it was listed; pinned, it cannot be any more
            if (!generation.cgroup().contains(pid)) {
                return false;
            }
            pinned.send(PidFd.SIGKILL);
            LOG.info("{} gen={} pid={} killed", "vhost=" + generation.id().virtualHost(), generation.id().number(), pid);
            return true;
        } catch (SystemCallFailed gone) {
            return false;
        }
    }

    /** Those that run now. */
    Collection<Generation> running() {
        return List.copyOf(running.values());
    }

    /** Ends all, side by side. */
    void stopAll() {
        running().parallelStream().forEach(generation -> stop(generation.id()));
    }
}
