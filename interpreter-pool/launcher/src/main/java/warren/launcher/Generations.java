package warren.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.Answer;
import warren.contract.Ask;
import warren.contract.GenerationId;
import warren.contract.VirtualHostName;
import warren.launcher.attest.Attestation;
import warren.launcher.attest.Finding;
import warren.launcher.attest.ReadBack;
import warren.launcher.cgroup.Cgroup;
import warren.launcher.cgroup.CgroupTree;
import warren.launcher.stage.Credentials;
import warren.launcher.stage.LaunchPlan;
import warren.launcher.system.OwnersLogFile;
import warren.launcher.system.PidFd;
import warren.launcher.system.SystemCallFailed;

/**
 * The generations that run, and the launch's path on the launcher's side: {@link #launch}, top to bottom. A note of each
 * is left for the next launcher, which takes over what {@link LeftGenerations} finds. The note of a virtual host's last
 * generation stays when that has ended: its number is not used again.
 */
final class Generations {
    private static final Logger LOG = LogManager.getLogger(Generations.class);
    private static final Duration KILL = Duration.ofSeconds(5);
    private static final Duration TO_TELL_WHERE = Duration.ofSeconds(1);
    private static final Duration LOADING = Duration.ofSeconds(5);
    private static final Duration TO_OPEN_ITS_LOG = Duration.ofMillis(300);
    /** n, n+1 beside it, and one that is just ending: more is no reload but a connector gone wrong. */
    private static final int MOST_OF_ONE_VIRTUAL_HOST = 4;

    private final Directories directories;
    private final WarmStages stages;
    private final LaunchPlans plans;
    private final Notes notes;
    private final long connectorUser;
    private final Interpreters interpreters = new Interpreters();
    private final GroupQuotas quotas;
    private final HeldLogs logs;
    private final Map<GenerationId, Generation> running = new ConcurrentHashMap<>();
    private final Set<GenerationId> held = new HashSet<>();
    private final Map<VirtualHostName, Integer> lastNumbers = new HashMap<>();
    private final Map<VirtualHostName, GenerationId> lastNoted = new ConcurrentHashMap<>();
    private final ReachedQuotas reached = new ReachedQuotas();

    Generations(CgroupTree cgroups, Directories directories, WarmStages stages, LaunchPlans plans, long connectorUser) {
        this.directories = directories;
        this.stages = stages;
        this.plans = plans;
        this.notes = new Notes(directories.generationNotes());
        this.connectorUser = connectorUser;
        this.logs = new HeldLogs(directories);
        this.quotas = new GroupQuotas(cgroups, running.values());
    }

    /**
     * A new generation of this site: its parent interpreter has been executed when this returns.
     *
     * @param afterFailures as of {@link Ask.Launch}
     */
    Answer.Launched launch(Site site, boolean afterFailures) throws LaunchFailure {
        VirtualHostName name = site.virtualHost().name();
        GenerationId id = takeRoom(name);
        try {
            return launch(site, id, afterFailures);
        } catch (LaunchFailure e) {
            releaseRoom(id);
            throw e;
        }
    }

    private Answer.Launched launch(Site site, GenerationId id, boolean afterFailures) throws LaunchFailure {
        // first of all, so that the owner can read why it went no further
        if (site.owner().isPresent()) {
            prepareLog(id.virtualHost(), site.owner().get());
        }
        LaunchPlans.Draft draft = plans.draft(site, id);
        Credentials values = plans.valuesOf(draft, id.virtualHost());
        Stage stage = stages.take(draft.hasOwnProcesses(), afterFailures);
        try {
            quotas.enter(stage, draft, site.virtualHost());
            name(stage.cgroup(), id);
            LaunchPlan plan = draft.plan(descriptors(id), values);
            Children.Child parent = stage.launch(plan, () -> logs.hold(id));
            requireAsPlanned(parent.pid(), plan, stage.cgroup());
            stage.release();
            Generation generation =
                Generation.of(id, parent, stage.cgroup(), Instant.now(), site.virtualHost().reloads());
            note(generation, draft);
            LOG.info("{} launched", generation);
            return run(generation);
        } catch (LaunchFailure e) {
            stage.kill();
            removeRest(id, stage.cgroup());
            quotas.left(stage.cgroup());
            throw e;
        }
    }

    private LaunchPlan.StandardDescriptors descriptors(GenerationId id) {
        return new LaunchPlan.StandardDescriptors.Generation(directories.generationSocket(id).toString(),
            directories.generationLog(id).toString(), connectorUser);
    }

    /** Before anybody can connect to it: while its code loads. */
    static void requireAsPlanned(int pid, LaunchPlan plan, Cgroup cgroup) throws LaunchFailure {
        Optional<Finding> surprise = ReadBack.of(pid, plan, cgroup, true).stream().filter(finding -> !finding.asPlanned()).findFirst();
        if (surprise.isPresent()) {
            throw new LaunchFailure("read back", "read /proc/" + pid, Optional.empty(), surprise.get().toString());
        }
    }

    /** What all processes of the generations of these sites are, beside what would be planned now. */
    List<Attestation> attest(Collection<Site> sites) {
        List<Attestation> all = new ArrayList<>();
        for (Site site : sites) {
            for (Generation generation : running()) {
                if (generation.id().virtualHost().equals(site.virtualHost().name())) {
                    all.addAll(attest(site, generation));
                }
            }
        }
        return all;
    }

    private List<Attestation> attest(Site site, Generation generation) {
        try {
            LaunchPlans.Draft draft = plans.draft(site, generation.id());
            LaunchPlan plan = draft.plan(descriptors(generation.id()), draft.given());
            return generation.cgroup().processes().stream().map(pid -> new Attestation(generation.id().virtualHost().value(),
                generation.id().number(), pid, ReadBack.of(pid, plan, generation.cgroup(), pid == generation.parent().pid()))).toList();
        } catch (LaunchFailure e) {
            return List.of(new Attestation(generation.id().virtualHost().value(), generation.id().number(),
                generation.parent().pid(), List.of(new Finding("plan", "one", e.getMessage()))));
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

    /** Before the plan is sent: nothing of an owner's ever runs in a cgroup that does not say whose it is. */
    private static void name(Cgroup cgroup, GenerationId id) throws LaunchFailure {
        try {
            cgroup.nameAfter(id);
        } catch (IOException e) {
            throw new LaunchFailure("CGROUP", "setxattr", Optional.empty(), e.toString());
        }
    }

    /** Before anybody hears of it: one without a note is ended by the next launcher. */
    private void note(Generation generation, LaunchPlans.Draft draft) {
        GenerationId id = generation.id();
        try {
            notes.write(id.fileName(), Note.of(generation.parent().pid(), generation.since(), draft.owner().user(),
                draft.owner().group(), draft.owner().supplementaryGroups(), draft.fingerprint()));
        } catch (IOException e) {
            LOG.error("{} has no note for the next launcher: {}", generation, e.getMessage());
            return;
        }
        GenerationId before = lastNoted.put(id.virtualHost(), id);
        if (before != null && !running.containsKey(before)) {
            notes.remove(before.fileName());
        }
    }

    private Answer.Launched run(Generation generation) {
        running.put(generation.id(), generation);
        logs.hold(generation.id());
        // an end that nobody asked for ends the generation: its interpreters have no parent to come from any more
        generation.parent().end().thenAcceptAsync(how -> end(generation, how, true),
            // on its own thread: it waits for the kernel, and the end of one generation must not wait for another's
            after -> new Thread(after, "end of " + generation.id()).start());
        return answer(generation);
    }

    private Answer.Launched answer(Generation generation) {
        return new Answer.Launched(generation.id(), directories.generationSocket(generation.id()).toString(),
            directories.generationLog(generation.id()).toString());
    }

    /** Takes over what an earlier launcher left; numbers go on above every one that was found. */
    synchronized void takeOver(LeftGenerations left) {
        left.numbers().forEach((name, last) -> {
            lastNumbers.put(name, last);
            lastNoted.put(name, new GenerationId(name, last));
        });
        for (Generation generation : left.good()) {
            held.add(generation.id());
            run(generation);
            LOG.info("{} taken over, launched {}", generation, generation.since());
        }
    }

    /** All that run, for a connector, which knows them from now on. */
    List<Answer.Running> list() {
        return running().stream().map(generation -> {
            generation.known().set(true);
            return new Answer.Running(answer(generation), generation.reloads());
        }).toList();
    }

    /** The answer of its launch has arrived. */
    void told(GenerationId id) {
        Optional.ofNullable(running.get(id)).ifPresent(generation -> generation.known().set(true));
    }

    /** The answer of its launch has not arrived: unless the next connector was told in a list, nobody knows it. */
    void stopUnlessKnown(GenerationId id) {
        Generation generation = running.get(id);
        if (generation != null && generation.known().compareAndSet(false, true)) {
            end(generation, "is stopped: who asked for it has gone");
        }
    }

    /**
     * Ends a generation with everything in its cgroup; returns when nothing is left. Unknown ones are gone already.
     *
     * @param tellWhere its parent interpreter gets SIGQUIT first and has a second
     */
    void stop(GenerationId id, boolean tellWhere) {
        Generation generation = running.get(id);
        if (generation != null) {
            if (tellWhere) {
                askWhereItIs(generation.parent());
            }
            end(generation, "was stopped");
        }
    }

    private static void askWhereItIs(WatchedProcess parent) {
        try {
            parent.signal(PidFd.SIGQUIT);
            parent.end().get(TO_TELL_WHERE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (SystemCallFailed | ExecutionException | TimeoutException e) {
            LOG.debug("pid={} does not say where it is: {}", parent.pid(), e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void end(Generation generation, String why) {
        end(generation, why, false);
    }

    /** @param byItself it may have died while it loaded: a connector that hears of it now shall find its log */
    private void end(Generation generation, String why, boolean byItself) {
        if (byItself && running.containsKey(generation.id())) {
            reached.parentEnded(generation);
        }
        if (running.remove(generation.id(), generation)) {
            LOG.info("{} {}{}", generation, why, GroupQuotas.hits(generation));
            if (byItself && generation.since().plus(LOADING).isAfter(Instant.now())) {
                LockSupport.parkNanos(TO_OPEN_ITS_LOG.toNanos());
            }
            removeRest(generation.id(), generation.cgroup());
            quotas.left(generation.cgroup());
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
        if (!id.equals(lastNoted.get(id.virtualHost()))) {
            notes.remove(id.fileName());
        }
        removeFiles(id);
    }

    private void removeFiles(GenerationId id) {
        logs.release(id);
        try {
            Files.deleteIfExists(directories.generationSocket(id));
            Files.deleteIfExists(directories.generationLog(id));
        } catch (IOException e) {
            LOG.error("{}: {}", id, e.getMessage());
        }
    }

    /** What the kernel killed one of its processes for; nothing where it killed none. */
    String quotaReached(GenerationId id) {
        return reached.of(id, Optional.ofNullable(running.get(id)));
    }

    /**
     * Ends the process of this generation that calls itself by this pid in its own PID namespace. Does not wait.
     *
     * @param tellWhere with SIGQUIT, SIGTERM a second later and SIGKILL after another; else with SIGKILL
     */
    boolean kill(GenerationId id, int reportedPid, boolean tellWhere) {
        Generation generation = running.get(id);
        return generation != null && interpreters.kill(generation, reportedPid, tellWhere);
    }

    /** What each of these shares with no other process, in bytes; 0 where it is not there. */
    List<Long> privateMemory(List<Ask.ToWeigh> interpreters) {
        Map<GenerationId, Map<Integer, Integer>> pids = new HashMap<>();
        return interpreters.stream().map(one -> {
            Integer pid = pids.computeIfAbsent(one.interpreter().generation(), this::pidsByReported).get(one.interpreter().pid());
            return pid == null ? 0L : PrivateMemory.of(pid, one.exactAbove());
        }).toList();
    }

    private Map<Integer, Integer> pidsByReported(GenerationId id) {
        Generation generation = running.get(id);
        return generation == null ? Map.of() : Interpreters.pidsByReported(generation);
    }

    /** The processor time of that process, with that of its children that have ended; none where there is none. */
    Duration cpuTime(GenerationId id, int reportedPid) {
        return Optional.ofNullable(running.get(id)).flatMap(generation -> Interpreters.find(generation, reportedPid))
            .flatMap(ProcessStat::of).map(ProcessStat::cpu).orElse(Duration.ZERO);
    }

    /**
     * The connector has ended, and its interpreters may be busy for nobody. Parents stay, for the next connector, and
     * so do daemons of the owners'.
     */
    void endInterpreters() {
        for (Generation generation : running.values()) {
            long ended = generation.interpreters().stream().filter(pid -> Interpreters.end(generation, pid)).count();
            LOG.info("{}: {} interpreters of the connector that has gone are ended", generation, ended);
        }
    }

    /** Those that run now. */
    Collection<Generation> running() {
        return List.copyOf(running.values());
    }

    /** Ends all, side by side. */
    void stopAll() {
        running().parallelStream().forEach(generation -> stop(generation.id(), false));
    }
}
