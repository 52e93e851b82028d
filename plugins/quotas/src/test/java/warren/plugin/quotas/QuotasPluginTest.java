package warren.plugin.quotas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import warren.contract.GenerationId;
import warren.contract.VirtualHostName;
import warren.plugin.Directive;
import warren.plugin.DirectiveRule;
import warren.plugin.GroupId;
import warren.plugin.LaunchPlugin;
import warren.plugin.LaunchStep;
import warren.plugin.LaunchStep.LimitGroup;
import warren.plugin.LaunchStep.Quota;
import warren.plugin.LaunchStep.Resource;
import warren.plugin.LaunchStep.SetLimit;
import warren.plugin.LimitInForce;
import warren.plugin.UserId;
import warren.plugin.VirtualHostSettings;

class QuotasPluginTest {
    private final QuotasPlugin plugin = new QuotasPlugin();

    @Test
    void isFoundAsAPluginAndTakesPartAlways() {
        assertTrue(ServiceLoader.load(LaunchPlugin.class).stream().anyMatch(found -> found.type() == QuotasPlugin.class));
        assertTrue(plugin.takesPartAlways());
    }

    private static List<Directive> said(String... lines) {
        return Arrays.stream(lines).map(line -> List.of(line.split(" ")))
            .map(words -> new Directive(words.get(0), words.subList(1, words.size()), "alice.conf", 1)).toList();
    }

    private List<LaunchStep> steps(String... lines) {
        return plugin.steps(new VirtualHostSettings(new GenerationId(new VirtualHostName("alice"), 1), new UserId(60101),
            new GroupId(60101), List.of(), Path.of("/srv/alice"), List.of(), Path.of("/home/alice"), Optional.empty(), List.of(), false, said(lines),
            Path.of("/plugin")));
    }

    private static boolean has(List<LaunchStep> steps, LaunchStep step) {
        return steps.contains(step);
    }

    @Test
    void limitsWhoeverSaysNothing() {
        List<LaunchStep> steps = steps();
        assertTrue(has(steps, new LimitGroup(Quota.MEMORY_BYTES, 512L << 20, false)), steps::toString);
        assertTrue(has(steps, new LimitGroup(Quota.PROCESSES, 128, false)), steps::toString);
        assertTrue(has(steps, new LimitGroup(Quota.CPU_PERCENT, LimitGroup.NONE, false)), steps::toString);
        assertTrue(has(steps, new SetLimit(Resource.CORE_BYTES, 0, 0)), steps::toString);
        assertTrue(has(steps, new SetLimit(Resource.OPEN_FILES, 1024, 1024)), steps::toString);
    }

    /** Each limit that is said differs from the usual one in exactly its step. */
    @ParameterizedTest
    @MethodSource("each")
    void doesWhatEachDirectiveSays(Limit limit) {
        String value = limit == Limit.NICE || limit == Limit.IO_PRIORITY ? "7" : limit == Limit.MEMORY ? "768M" : limit.form() == Form.SIZE ? "96M" : limit.form() == Form.PERCENT ? "150%" : "300";
        List<LaunchStep> changed = steps(limit.directive() + " " + value);
        List<LaunchStep> usual = steps();
        long differ = changed.stream().filter(step -> !usual.contains(step)).count();
        assertEquals(limit == Limit.TEMPORARY_FILES || limit == Limit.SHARED_MEMORY ? 2 : 1, differ, () -> limit + ": " + changed);
        // without a priority of its own, I/O has that of the nice value
        assertEquals(usual.size() + (limit == Limit.IO_PRIORITY ? 1 : 0), changed.size());
    }

    static Stream<Limit> each() {
        return Limit.ALL.stream();
    }

    /** Else who fills them has his processes ended, and is not told that there is no space left. */
    @Test
    void privateFilesInMemoryAreAPartOfItUnlessMoreIsSaid() {
        assertEquals(List.of("128M", "64M"), temporaryLimits());
        assertEquals(List.of("128M", "64M"), temporaryLimits("WarrenMemoryMax 2G"));
        assertEquals(List.of("128M", "64M"), temporaryLimits("WarrenMemoryMax none"));
        assertEquals(List.of("32M", "16M"), temporaryLimits("WarrenMemoryMax 128M"));
        assertEquals(List.of("200M", "16M"), temporaryLimits("WarrenMemoryMax 128M", "WarrenTmpMax 200M"));
        assertTrue(has(steps("WarrenQuotas strict"), new LaunchStep.LimitSystemVIpc(64 << 20, 16 << 20, true)));
        assertTrue(has(steps("WarrenMemoryMax 128M"), new LaunchStep.LimitSystemVIpc(16 << 20, 4 << 20, false)));
        assertTrue(steps("WarrenShmMax none").stream().noneMatch(LaunchStep.LimitSystemVIpc.class::isInstance));
    }

    private List<String> temporaryLimits(String... lines) {
        return plugin.limits(said(lines)).stream()
            .filter(limit -> limit.directive().equals("WarrenTmpMax") || limit.directive().equals("WarrenShmMax")).map(LimitInForce::value).toList();
    }

    @Test
    void theLastOneSaidHolds() {
        assertTrue(has(steps("WarrenMemoryMax 100M", "warrenmemorymax 200M"), new LimitGroup(Quota.MEMORY_BYTES, 200L << 20, false)));
    }

    @Test
    void strictnessIsSaidOfEachLimit() {
        List<LaunchStep> steps = steps("WarrenQuotas strict");
        assertTrue(steps.stream().filter(LimitGroup.class::isInstance).map(LimitGroup.class::cast).allMatch(LimitGroup::required));
        assertEquals(List.of(new SetLimit(Resource.CORE_BYTES, 0, 0)), steps("WarrenQuotas off"));
    }

    @Test
    void sharesAnOwnersQuotasWhereThatIsSaid() {
        assertTrue(has(steps("WarrenQuotasOf owner"), new LaunchStep.ShareQuotas("owner 60101")));
        assertFalse(steps().stream().anyMatch(LaunchStep.ShareQuotas.class::isInstance));
    }

    @Test
    void killsAllOfItWhereThatIsSaid() {
        assertTrue(has(steps("WarrenMemoryKill all"), new LimitGroup(Quota.MEMORY_KILLS_ALL, 1, false)));
        assertTrue(has(steps(), new LimitGroup(Quota.MEMORY_KILLS_ALL, LimitGroup.NONE, false)));
    }

    @Test
    void tellsWhichLimitsAnOwnersVirtualHostsShare() {
        assertEquals(List.of(), plugin.sharedLimits(said("WarrenMemoryMax 64M")));
        assertEquals(List.of(), plugin.sharedLimits(said("WarrenQuotasOf owner", "WarrenQuotas off")));
        List<LimitInForce> shared = plugin.sharedLimits(said("WarrenQuotasOf owner", "WarrenMemoryMax 64M", "WarrenNice 3"));
        assertTrue(shared.stream().anyMatch(limit -> limit.directive().equals("WarrenMemoryMax") && limit.value().equals("64M")));
        assertTrue(shared.stream().noneMatch(limit -> limit.directive().equals("WarrenNice")), "each process has that");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "WarrenMemoryKill most", "WarrenIoPriority 8", "WarrenIoPriority none",
        "WarrenMemoryMax 0", "WarrenMemoryMax -1", "WarrenMemoryMax 256", "WarrenMemoryMax 256Q", "WarrenMemoryMax 1e3M",
        "WarrenMemoryMax 8M", "WarrenMemoryMax 256MB", "WarrenMemoryMax 99999999999G", "WarrenMemoryMax 2097152G",
        "WarrenMemoryMax off", "WarrenMemoryHigh 1M", "WarrenProcessesMax 0", "WarrenProcessesMax 3", "WarrenProcessesMax 10K",
        "WarrenCpuWeight 0", "WarrenCpuWeight 10001", "WarrenCpuWeight none", "WarrenCpuMax 50", "WarrenCpuMax 0%",
        "WarrenCpuMax 1.5%", "WarrenOpenFilesMax none", "WarrenOpenFilesMax 8", "WarrenCoreMax none", "WarrenNice -5",
        "WarrenNice 20", "WarrenAddressSpaceMax 32M", "WarrenIoReadMax 1K", "WarrenTmpMax 0", "WarrenTmpFilesMax 5",
        "WarrenQuotas yes", "WarrenQuotasOf alice", "WarrenMemoryMax 0x10M", "WarrenMemoryMax \u0661M"})
    void refuses(String line) {
        Directive directive = said(line).getFirst();
        DirectiveRule rule = plugin.directives().stream().filter(r -> r.name().equals(directive.name())).findFirst().orElseThrow();
        assertEquals(Optional.of("\"" + directive.arguments().getFirst() + "\""), rule.check().apply(directive.arguments()));
        assertTrue(rule.expected().matches("(a size with its unit|a number|percent of one processor|one of ).*"), rule::expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        WarrenMemoryMax   | a size with its unit such as 64K, 256M or 2G, 16M to 1048576G, or none
        WarrenCpuWeight   | a number, 1 to 10000
        WarrenCpuMax      | percent of one processor such as 50% or 200%, 1% to 100000%, or none
        WarrenCoreMax     | a size with its unit such as 64K, 256M or 2G, 1M to 1048576G, or off
        WarrenQuotas      | one of on, strict, off
        """)
    void saysWhatItExpects(String directive, String expected) {
        assertEquals(expected, plugin.directives().stream().filter(rule -> rule.name().equals(directive)).findFirst().orElseThrow().expected());
    }

    @Test
    void refusesASoftLimitAboveTheHardOne() {
        List<Directive> both = said("WarrenMemoryMax 128M", "WarrenMemoryHigh 200M");
        var misfit = plugin.misfit(both).orElseThrow();
        assertEquals(both.get(1), misfit.directive());
        assertEquals("at most 128M, which is WarrenMemoryMax", misfit.expected());
        assertEquals(Optional.empty(), plugin.misfit(said("WarrenMemoryMax none", "WarrenMemoryHigh 200M")));
        assertEquals(Optional.empty(), plugin.misfit(said("WarrenMemoryMax 128M", "WarrenMemoryHigh 128M")));
        assertTrue(plugin.misfit(said("WarrenMemoryHigh 513M")).isPresent(), "above the usual one");
    }
}
