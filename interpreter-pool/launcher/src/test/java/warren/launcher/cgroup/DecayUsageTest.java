package warren.launcher.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import warren.launcher.Scratch;
import warren.plugin.LaunchStep.LimitGroup;
import warren.plugin.LaunchStep.Quota;

/** With the kernel's own controllers and processes that compute. */
class DecayUsageTest {
    private Scratch scratch;
    private DecayUsage usage;

    @BeforeEach
    void make() throws IOException {
        scratch = new Scratch();
        usage = new DecayUsage(scratch.cgroups());
    }

    @AfterEach
    void remove() throws IOException {
        scratch.close();
    }

    private Cgroup group(String name, long weight) throws IOException {
        Cgroup cgroup = scratch.cgroups().join(name, scratch.cgroups().createForStage());
        cgroup.group().orElseThrow().limits().set(List.of(new LimitGroup(Quota.CPU_WEIGHT, weight, true)), Optional.empty());
        return cgroup;
    }

    private static OptionalLong weight(Cgroup cgroup) {
        return cgroup.group().orElseThrow().use().cpuWeight();
    }

    private int burn(Cgroup cgroup) throws Exception {
        return run(cgroup, "1 while 1");
    }

    private int run(Cgroup cgroup, String perl) throws Exception {
        List<String> command = new ArrayList<>(List.of("/usr/bin/perl", "-e",
            "for my $file (@ARGV) { open my $f, '>', $file or die $!; print $f 0; close $f } " + perl));
        command.addAll(cgroup.joinFiles());
        return scratch.start(scratch.path("output"), command.toArray(new String[0]));
    }

    private void lookUntil(String what, Cgroup cgroup, LongPredicate wanted) {
        Scratch.await(what, () -> {
            usage.look(System.nanoTime());
            return wanted.test(weight(cgroup).orElseThrow());
        });
    }

    /** Weights that little is much for: others on the machine may leave them next to nothing. */
    @Test
    void whoTakesMuchStepsBehindAndComesBack() throws Exception {
        Cgroup alice = group("alice", 20);
        Cgroup bob = group("bob", 20);
        int pid = burn(alice);
        lookUntil("less for one who computes all the time", alice, weight -> weight <= 10);
        assertEquals(OptionalLong.of(20), weight(bob));
        int bobs = burn(bob);
        lookUntil("less for the other, too", bob, weight -> weight <= 10);
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        lookUntil("the whole weight for one who takes nothing beside one who does", alice, weight -> weight == 20);
        assertTrue(weight(bob).orElseThrow() < 20);
        ProcessHandle.of(bobs).orElseThrow().destroyForcibly();
        lookUntil("the whole weight where nobody takes anything", bob, weight -> weight == 20);
    }

    @Test
    void whatIsSaidMeanwhileHoldsInThePartThatIsLeft() throws Exception {
        Cgroup alice = group("alice", 100);
        alice.group().orElseThrow().limits().share(new CpuShare(0.25, false, false));
        assertEquals(OptionalLong.of(25), weight(alice));
        alice.group().orElseThrow().limits().set(List.of(new LimitGroup(Quota.CPU_WEIGHT, 400, true)), Optional.empty());
        assertEquals(OptionalLong.of(100), weight(alice));
    }

    private void lookUntil(String what, BooleanSupplier wanted) {
        Scratch.await(what, () -> {
            usage.look(System.nanoTime());
            return wanted.getAsBoolean();
        });
    }

    private static boolean comesLast(Cgroup cgroup) {
        return read(cgroup, "cpu.idle").orElseThrow().equals("1");
    }

    /** In microseconds of a tenth of a second; -1 where there is none. */
    private static String ceiling(Cgroup cgroup) {
        return read(cgroup, "cpu.cfs_quota_us").or(() -> read(cgroup, "cpu.max")).orElseThrow().split(" ")[0].replace("max", "-1");
    }

    private static Optional<String> read(Cgroup cgroup, String file) {
        // of version 1, or of version 2 in the group's directory
        Stream<Path> beside = cgroup.joinFiles().stream().map(join -> Path.of(join).resolveSibling(file));
        return Stream.concat(beside, Stream.of(cgroup.directory().resolveSibling(file))).filter(Files::exists).findFirst().map(found -> {
            try {
                return Files.readString(found).strip();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Test
    void whoTakesHalfAProcessorComesLastWhileOthersWantLittle() throws Exception {
        Cgroup alice = group("alice", 20);
        Cgroup bob = group("bob", 2000);
        burn(alice);
        lookUntil("a smaller weight", alice, weight -> weight <= 2);
        assertFalse(comesLast(alice), "nobody else wants anything");
        int bobs = burn(bob);
        lookUntil("coming last", () -> comesLast(alice));
        assertFalse(comesLast(bob), "may take a hundred times as much");
        alice.group().orElseThrow().limits().set(List.of(new LimitGroup(Quota.CPU_WEIGHT, 40, true)), Optional.empty());
        ProcessHandle.of(bobs).orElseThrow().destroyForcibly();
        lookUntil("a weight again", () -> !comesLast(alice));
        lookUntil("a part of what was said meanwhile", alice, weight -> weight > 1 && weight <= 5);
    }

    @Test
    void whoForksAgainAndAgainWhereNoProcessMayBeIsHeldUntilHeStops() throws Exception {
        Cgroup alice = group("alice", 100);
        alice.group().orElseThrow().limits().set(List.of(new LimitGroup(Quota.CPU_WEIGHT, 100, true), new LimitGroup(Quota.CPU_PERCENT, 150, true),
            new LimitGroup(Quota.PROCESSES, 4, true)), Optional.empty());
        int pid = run(alice, "$SIG{CHLD} = 'IGNORE'; while (1) { my $pid = fork; sleep 1000 if defined $pid && !$pid }");
        lookUntil("being held", () -> ceiling(alice).equals("5000"));
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        lookUntil("what is said again", () -> ceiling(alice).equals("150000"));
    }

    /** As with WarrenQuotas off after a reload: what is not said is not taken away either. */
    @Test
    void whoseWeightIsNotSaidAnyMoreHasAllAgain() throws Exception {
        Cgroup alice = group("alice", 300);
        GroupLimits limits = alice.group().orElseThrow().limits();
        limits.share(new CpuShare(0.0625, true, true));
        assertTrue(comesLast(alice));
        limits.set(List.of(), Optional.empty());
        usage.look(System.nanoTime());
        limits.share(new CpuShare(0.0625, true, true));
        assertFalse(comesLast(alice));
        assertEquals(OptionalLong.of(100), weight(alice));
        assertEquals("-1", ceiling(alice));
    }

    @Test
    void forksThatWereRefusedLongAgoAreNoReason() throws Exception {
        Cgroup alice = group("alice", 100);
        alice.group().orElseThrow().limits().set(List.of(new LimitGroup(Quota.CPU_WEIGHT, 100, true), new LimitGroup(Quota.PROCESSES, 2, true)), Optional.empty());
        run(alice, "for (1 .. 5000) { my $pid = fork; sleep 1000 if defined $pid && !$pid } 1 while 1");
        Scratch.await("refused forks", () -> alice.group().orElseThrow().forksRefused().orElse(0) >= 4999);
        lookUntil("less for one who computes all the time", alice, weight -> weight <= 50);
        assertEquals("-1", ceiling(alice));
    }

    @Test
    void whoComesAgainUnderHisNameIsKnown() throws Exception {
        Cgroup alice = group("alice", 20);
        burn(alice);
        lookUntil("less for one who computes all the time", alice, weight -> weight <= 10);
        alice.killAndRemove(Duration.ofSeconds(10));
        Cgroup again = group("alice", 20);
        usage.look(System.nanoTime());
        assertTrue(weight(again).orElseThrow() <= 10);
        lookUntil("the whole weight for one who takes nothing any more", again, weight -> weight == 20);
    }

    @Test
    void whatHasNoWeightOfItsOwnKeepsTheUsual() throws Exception {
        Cgroup alice = scratch.cgroups().join("alice", scratch.cgroups().createForStage());
        burn(alice);
        lookUntil("half a second of a processor", alice,
            weight -> alice.group().orElseThrow().use().cpuMicros().orElseThrow() > 500_000);
        assertEquals(OptionalLong.of(100), weight(alice));
    }

    /** Also of a generation that would be launched otherwise now, and of sessions. */
    @Test
    void aLauncherThatTakesOverGivesBackWhatAnotherTook() throws Exception {
        Cgroup alice = group("alice", 300);
        alice.group().orElseThrow().limits().share(new CpuShare(0.25, false, false));
        assertEquals(OptionalLong.of(75), weight(alice));
        CgroupTree next = CgroupTree.open(scratch.path("").getFileName().toString(), scratch.cgroups().note());
        assertEquals(1, next.generations().size());
        assertEquals(OptionalLong.of(300), weight(alice));
        next.find("alice").orElseThrow().limits().share(new CpuShare(0.5, true, true));
        assertTrue(comesLast(alice) && ceiling(alice).equals("5000"), "last, and held");
        assertEquals(1, CgroupTree.open(scratch.path("").getFileName().toString(), scratch.cgroups().note()).generations().size());
        assertEquals(OptionalLong.of(300), weight(alice));
        assertTrue(!comesLast(alice) && ceiling(alice).equals("-1"), "neither last nor held");
    }

    @Test
    void theRestOfAWeightIsInHalves() {
        assertEquals(1, DecayUsage.part(DecayUsage.times(0, 0.125, 100)));
        assertEquals(1, DecayUsage.part(DecayUsage.times(0.125, 0.125, 100)));
        assertEquals(0.5, DecayUsage.part(DecayUsage.times(0.2, 0.125, 100)));
        assertEquals(0.5, DecayUsage.part(DecayUsage.times(0.25, 0.125, 100)));
        assertEquals(0.125, DecayUsage.part(DecayUsage.times(1, 0.125, 100)));
        assertEquals(0.0625, DecayUsage.part(DecayUsage.times(1.1, 0.125, 100)));
        assertEquals(0.0625, DecayUsage.part(DecayUsage.times(64, 0.125, 100)));
        assertEquals(0.125, DecayUsage.part(DecayUsage.times(2, 0.125, 200)));
        assertEquals(0.25, DecayUsage.part(DecayUsage.times(0.2, 0.0625, 100)));
        assertEquals(1, DecayUsage.part(DecayUsage.times(64, 0.125, 0)));
    }
}
