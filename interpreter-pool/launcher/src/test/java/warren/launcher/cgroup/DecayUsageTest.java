package warren.launcher.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongPredicate;
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
        List<String> command = new ArrayList<>(List.of("/usr/bin/perl", "-e",
            "for my $file (@ARGV) { open my $f, '>', $file or die $!; print $f 0; close $f } 1 while 1"));
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
        alice.group().orElseThrow().limits().scaleCpuWeight(0.25);
        assertEquals(OptionalLong.of(25), weight(alice));
        alice.group().orElseThrow().limits().set(List.of(new LimitGroup(Quota.CPU_WEIGHT, 400, true)), Optional.empty());
        assertEquals(OptionalLong.of(100), weight(alice));
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
        alice.group().orElseThrow().limits().scaleCpuWeight(0.25);
        assertEquals(OptionalLong.of(75), weight(alice));
        CgroupTree next = CgroupTree.open(scratch.path("").getFileName().toString(), scratch.cgroups().note());
        assertEquals(1, next.generations().size());
        assertEquals(OptionalLong.of(300), weight(alice));
        next.find("alice").orElseThrow().limits().scaleCpuWeight(0.5);
        assertEquals(OptionalLong.of(150), weight(alice));
    }

    @Test
    void theRestOfAWeightIsInHalves() {
        assertEquals(1, DecayUsage.part(0, 0.125, 100));
        assertEquals(1, DecayUsage.part(0.125, 0.125, 100));
        assertEquals(0.5, DecayUsage.part(0.2, 0.125, 100));
        assertEquals(0.5, DecayUsage.part(0.25, 0.125, 100));
        assertEquals(0.125, DecayUsage.part(1, 0.125, 100));
        assertEquals(0.0625, DecayUsage.part(1.1, 0.125, 100));
        assertEquals(0.0625, DecayUsage.part(64, 0.125, 100));
        assertEquals(0.125, DecayUsage.part(2, 0.125, 200));
        assertEquals(0.25, DecayUsage.part(0.2, 0.0625, 100));
        assertEquals(1, DecayUsage.part(64, 0.125, 0));
    }
}
