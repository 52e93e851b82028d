package warren.plugin.quotas;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import warren.plugin.Directive;
import warren.plugin.DirectiveRule;
import warren.plugin.LaunchPlugin;
import warren.plugin.LaunchStep;
import warren.plugin.LaunchStep.LimitGroup;
import warren.plugin.LaunchStep.MountFlag;
import warren.plugin.LaunchStep.Namespace;
import warren.plugin.LaunchStep.Quota;
import warren.plugin.LaunchStep.Resource;
import warren.plugin.LaunchStep.SetLimit;
import warren.plugin.LimitInForce;
import warren.plugin.Misfit;
import warren.plugin.VirtualHostSettings;

/**
 * Limits for every virtual host, those that nothing is said of included: of its quota group by cgroups, of each process
 * by {@code setrlimit(2)}, and of its temporary files by file systems of its own in memory.
 */
public final class QuotasPlugin implements LaunchPlugin {
    private static final String STRICTNESS = "WarrenQuotas";
    private static final String KILLING = "WarrenMemoryKill";
    private static final String SHARING = "WarrenQuotasOf";
    /** What all queues of System V hold is at most a quarter of WarrenShmMax, and so are all semaphores. */
    private static final int PARTS = 4;
    private static final Set<MountFlag> FLAGS = Set.of(MountFlag.NO_SUID, MountFlag.NO_DEV);

    @Override
    public String name() {
        return "quotas";
    }

    @Override
    public boolean takesPartAlways() {
        return true;
    }

    @Override
    public List<DirectiveRule> directives() {
        List<DirectiveRule> rules = Limit.ALL.stream().map(Limit::rule).collect(Collectors.toCollection(ArrayList::new));
        rules.add(words(STRICTNESS, "on", "strict", "off"));
        rules.add(words(KILLING, "process", "all"));
        rules.add(words(SHARING, "virtualhost", "owner"));
        return rules;
    }

    private static DirectiveRule words(String directive, String... allowed) {
        Set<String> words = Set.of(allowed);
        return new DirectiveRule(directive, 1, 1, "one of " + String.join(", ", allowed), arguments ->
            words.contains(arguments.get(0)) ? Optional.empty() : Optional.of("\"" + arguments.get(0) + "\""));
    }

    @Override
    public Optional<Misfit> misfit(List<Directive> directives) {
        long hard = Limit.MEMORY.value(directives);
        Optional<Directive> soft = Limit.MEMORY_HIGH.said(directives);
        if (soft.isPresent() && hard != SetLimit.UNLIMITED && Limit.MEMORY_HIGH.value(directives) > hard) {
            return Optional.of(new Misfit(soft.get(), "at most " + Form.SIZE.show(hard) + ", which is WarrenMemoryMax"));
        }
        return Optional.empty();
    }

    @Override
    public List<LimitInForce> limits(List<Directive> directives) {
        if (Directive.word(STRICTNESS, directives, "on").equals("off")) {
            return List.of();
        }
        return inForce(Limit.ALL, directives);
    }

    private static List<LimitInForce> inForce(List<Limit> limits, List<Directive> directives) {
        List<LimitInForce> all = limits.stream().map(limit -> limit.inForce(directives)).collect(Collectors.toCollection(ArrayList::new));
        all.add(new LimitInForce(KILLING, Directive.word(KILLING, directives, "process"), Directive.last(KILLING, directives)));
        return all;
    }

    @Override
    public List<LimitInForce> sharedLimits(List<Directive> directives) {
        if (Directive.word(STRICTNESS, directives, "on").equals("off") || !isShared(directives)) {
            return List.of();
        }
        return inForce(Limit.OF_GROUP, directives);
    }

    private static boolean isShared(List<Directive> directives) {
        return Directive.word(SHARING, directives, "virtualhost").equals("owner");
    }

    @Override
    public List<LaunchStep> steps(VirtualHostSettings settings) {
        List<Directive> said = settings.directives();
        String strictness = Directive.word(STRICTNESS, said, "on");
        if (strictness.equals("off")) {
            // what a process has in memory is nobody's business, limits or not
            return List.of(limit(Resource.CORE_BYTES, Limit.CORE, said));
        }
        boolean strict = strictness.equals("strict");
        List<LaunchStep> steps = new ArrayList<>(groupLimits(said, strict));
        if (isShared(said)) {
            steps.add(new LaunchStep.ShareQuotas("owner " + settings.user()));
        }
        steps.addAll(processLimits(said));
        steps.addAll(temporaryFiles(said, strict));
        return steps;
    }

    private static List<LaunchStep> groupLimits(List<Directive> said, boolean strict) {
        List<LaunchStep> limits = new ArrayList<>(Limit.OF_GROUP.stream()
            .map(limit -> new LimitGroup(limit.quota().orElseThrow(), limit.value(said), strict)).toList());
        limits.add(new LimitGroup(Quota.MEMORY_KILLS_ALL, Directive.word(KILLING, said, "process").equals("all") ? 1 : LimitGroup.NONE, strict));
        return limits;
    }

    private static List<LaunchStep> processLimits(List<Directive> said) {
        List<LaunchStep> steps = new ArrayList<>(List.of(
            limit(Resource.OPEN_FILES, Limit.OPEN_FILES, said),
            limit(Resource.FILE_SIZE_BYTES, Limit.FILE_SIZE, said),
            limit(Resource.ADDRESS_SPACE_BYTES, Limit.ADDRESS_SPACE, said),
            limit(Resource.CORE_BYTES, Limit.CORE, said),
            // queues of POSIX messages lie in the kernel's memory and outlive whoever made them, mq_overview(7)
            new SetLimit(Resource.MESSAGE_QUEUE_BYTES, 0, 0),
            new LaunchStep.SetNice((int) Limit.NICE.value(said))));
        long level = Limit.IO_PRIORITY.value(said);
        if (level != Limit.AS_NICE) {
            steps.add(new LaunchStep.SetIoPriority((int) level));
        }
        return steps;
    }

    private static LaunchStep limit(Resource resource, Limit limit, List<Directive> said) {
        return new SetLimit(resource, limit.value(said), limit.value(said));
    }

    /** What System V IPC holds goes with the generation, as do the temporary files. */
    private static List<LaunchStep> temporaryFiles(List<Directive> said, boolean strict) {
        List<LaunchStep> steps = new ArrayList<>(List.of(new LaunchStep.Unshare(Set.of(Namespace.IPC, Namespace.MOUNT))));
        long bytes = Limit.TEMPORARY.value(said);
        if (bytes != SetLimit.UNLIMITED) {
            long files = Limit.TEMPORARY_FILES.value(said);
            steps.add(memory("/tmp", bytes, files));
            steps.add(new LaunchStep.Mount("/tmp", "/var/tmp", "none", Set.of(MountFlag.BIND), ""));
        }
        long shared = Limit.SHARED_MEMORY.value(said);
        if (shared != SetLimit.UNLIMITED) {
            steps.add(memory("/dev/shm", shared, Limit.TEMPORARY_FILES.value(said)));
            steps.add(new LaunchStep.LimitSystemVIpc(shared, shared / PARTS, strict));
        }
        return steps;
    }

    private static LaunchStep memory(String directory, long bytes, long files) {
        return new LaunchStep.Mount("tmpfs", directory, "tmpfs", FLAGS,
            "mode=1777,size=" + bytes + (files == SetLimit.UNLIMITED ? "" : ",nr_inodes=" + files));
    }
}
