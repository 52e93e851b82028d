package warren.launcher.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import warren.launcher.Scratch;
import warren.plugin.LaunchStep.LimitGroup;
import warren.plugin.LaunchStep.Quota;

/** With the kernel's own controllers, whichever version has them here. */
class QuotaGroupTest {
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final String JOIN = "for my $file (grep /cgroup/, @ARGV) { open my $f, '>', $file or die $!; print $f 0; close $f } ";
    private Scratch scratch;

    @BeforeEach
    void make() throws IOException {
        scratch = new Scratch();
        assertEquals(List.of(), scratch.cgroups().missing(), "controllers that this machine lacks");
    }

    @AfterEach
    void remove() throws IOException {
        scratch.close();
        for (Path tree : trees()) {
            assertFalse(Files.exists(tree), tree + " is left");
        }
    }

    private List<Path> trees() {
        return scratch.cgroups().note().stream().map(line -> Path.of(line.replaceFirst("^[A-Z]+ ", ""))).toList();
    }

    private Cgroup joined(String name) throws IOException {
        Cgroup waits = scratch.cgroups().createForStage();
        Cgroup joined = scratch.cgroups().join(name, waits);
        if (joined != waits) {
            waits.killAndRemove(LONG);
        }
        return joined;
    }

    private static void limit(Cgroup cgroup, Quota quota, long value) throws IOException {
        assertEquals(List.of(), cgroup.group().orElseThrow().limits().set(List.of(new LimitGroup(quota, value, true)), Optional.empty()));
    }

    private String run(Cgroup cgroup, String perl) throws Exception {
        Path output = scratch.path("output");
        List<String> command = new ArrayList<>(List.of("/usr/bin/perl", "-e", "$| = 1; " + JOIN + perl));
        command.addAll(cgroup.joinFiles());
        scratch.run(output, command);
        return Files.readString(output);
    }

    @Test
    void killsWhoTakesMoreMemoryAndCountsThat() throws Exception {
        Cgroup cgroup = joined("alice");
        limit(cgroup, Quota.MEMORY_BYTES, 24 << 20);
        assertEquals("begun", run(cgroup, "print 'begun'; my $x = 'x' x 100_000_000; print 'survived'"));
        GroupUse use = cgroup.group().orElseThrow().use();
        assertEquals(1, use.memoryKills().orElseThrow());
        assertTrue(use.memoryPeakBytes().orElseThrow() <= 24 << 20, use::toString);
    }

    @Test
    void refusesForksPastTheLimitAndCountsThem() throws Exception {
        Cgroup cgroup = joined("alice");
        limit(cgroup, Quota.PROCESSES, 10);
        assertEquals("9 EAGAIN", run(cgroup,
            "my $n = 0; while (defined(my $pid = fork)) { if (!$pid) { sleep 1000 } $n++ } use Errno; print $n, ' ', $!{EAGAIN} ? 'EAGAIN' : $!"));
        GroupUse use = cgroup.group().orElseThrow().use();
        assertEquals(9, use.processes().orElseThrow());
        assertEquals(10, use.processesPeak().orElseThrow());
        assertEquals(1, use.processesRefused().orElseThrow());
    }

    @Test
    void throttlesWhoTakesMoreThanItsCeiling() throws Exception {
        Cgroup cgroup = joined("alice");
        limit(cgroup, Quota.CPU_PERCENT, 20);
        long seconds = Long.parseLong(run(cgroup, "use Time::HiRes 'time'; my $begin = time; my ($before) = (times)[0] + (times)[1]; while (1) { my ($u, $s) = times; last if $u + $s - $before > 0.6 } print int(time - $begin)"));
        assertTrue(seconds >= 2, seconds + " s for 0.6 s of processor time at 20 %");
        assertTrue(cgroup.group().orElseThrow().use().throttledMicros().orElseThrow() > 1_000_000);
    }

    @Test
    void takesEveryLimitAndItsAbsence() throws Exception {
        Cgroup cgroup = joined("alice");
        Optional<String> disk = Disk.of(scratch.path(""));
        assertTrue(disk.isPresent(), "no disk under " + scratch.path(""));
        for (Quota quota : Quota.values()) {
            if (quota == Quota.MEMORY_KILLS_ALL && trees().size() > 1) {
                continue;   // version 1 has none, see below
            }
            for (long value : List.of(50L << 20, LimitGroup.NONE, 60L << 20)) {
                long fitting = quota == Quota.CPU_WEIGHT ? 200 : quota == Quota.PROCESSES || quota == Quota.CPU_PERCENT ? Math.min(100, value) : value;
                assertEquals(List.of(), cgroup.group().orElseThrow().limits().set(List.of(new LimitGroup(quota, fitting, true)), disk));
            }
        }
    }

    @Test
    void takesBackALimitOfWhichNothingIsSaidAnyMore() throws Exception {
        Cgroup cgroup = joined("alice");
        limit(cgroup, Quota.PROCESSES, 3);
        limit(cgroup, Quota.CPU_WEIGHT, 200);
        assertEquals("20", run(cgroup, "my $n = 0; for (1 .. 20) { my $pid = fork // last; if (!$pid) { sleep 1000 } $n++ } print $n"));
    }

    @Test
    void hasTwiceAsMuchWhileTwoGenerationsOverlap() throws Exception {
        Cgroup cgroup = joined("alice");
        QuotaGroup group = cgroup.group().orElseThrow();
        limit(cgroup, Quota.PROCESSES, 4);
        group.limits().overlap(true);
        assertEquals("7", run(cgroup, "my $n = 0; for (1 .. 20) { my $pid = fork // last; if (!$pid) { sleep 1000 } $n++ } print $n"));
        group.limits().overlap(false);
        assertEquals("0", run(cgroup, "my $n = 0; for (1 .. 20) { my $pid = fork // last; if (!$pid) { sleep 1000 } $n++ } print $n"));
    }

    @Test
    void generationsOfOneNameShareAGroup() throws Exception {
        Cgroup first = joined("alice");
        limit(first, Quota.PROCESSES, 20);
        Cgroup second = joined("alice");
        Cgroup other = joined("bob");
        assertSame(first.group().orElseThrow(), second.group().orElseThrow());
        run(first, "fork || sleep 1000 for 1 .. 3");
        run(second, "fork || sleep 1000 for 1 .. 4");
        assertEquals(7, first.group().orElseThrow().use().processes().orElseThrow());
        assertEquals(3, first.processes().size());
        assertEquals(0, other.group().orElseThrow().use().processes().orElseThrow());
        first.killAndRemove(LONG);
        Scratch.await("the account of those that have ended", () -> second.group().orElseThrow().use().processes().orElseThrow() == 4);
        second.killAndRemove(LONG);
        assertEquals(Optional.empty(), scratch.cgroups().find("alice"));
        assertTrue(scratch.cgroups().find("bob").isPresent());
        assertNotEquals(other.directory().getParent(), joined("alice").directory().getParent());
    }

    @Test
    void movesAProcessWithItsThreadsIntoEveryTree() throws Exception {
        Cgroup first = joined("alice");
        Cgroup waits = scratch.cgroups().createForStage();
        int pid = scratch.start(scratch.path("output"), "/bin/sleep", "1000");
        waits.take(pid);
        Cgroup second = scratch.cgroups().join("alice", waits);
        second.take(pid);
        waits.killAndRemove(LONG);
        assertEquals(List.of(pid), second.processes());
        assertEquals(1, first.group().orElseThrow().use().processes().orElseThrow());
        String all = Files.readString(Path.of("/proc/" + pid + "/cgroup"));
        String group = first.directory().getParent().getFileName().toString();
        assertEquals(trees().size(), all.lines().filter(line -> line.matches(".*/quotas/" + group + "(/2)?")).count(), all);
    }

    @Test
    void refusesWhereARequiredLimitCannotBeSetAndNamesTheOthers() throws Exception {
        QuotaGroup bare = QuotaGroup.at(scratch.path("group"), Map.of(), List.of());
        LimitGroup wish = new LimitGroup(Quota.MEMORY_BYTES, 1 << 30, false);
        assertEquals(List.of("MEMORY_BYTES cannot be limited: no cgroup has the controller memory"),
            bare.limits().set(List.of(wish, new LimitGroup(Quota.PROCESSES, LimitGroup.NONE, false)), Optional.empty()));
        IOException e = assertThrows(IOException.class,
            () -> bare.limits().set(List.of(new LimitGroup(Quota.MEMORY_BYTES, 1 << 30, true)), Optional.empty()));
        assertEquals("MEMORY_BYTES cannot be limited: no cgroup has the controller memory (WarrenQuotas strict)", e.getMessage());
    }

    @Test
    void versionOneCannotEndAllForMemory() throws Exception {
        QuotaGroup old = QuotaGroup.at(scratch.path("group"), Map.of(Controller.MEMORY, scratch.path("")), List.of());
        assertEquals(List.of("MEMORY_KILLS_ALL cannot be limited: version 1 of cgroups has no memory.oom.group"),
            old.limits().set(List.of(new LimitGroup(Quota.MEMORY_KILLS_ALL, 1, false)), Optional.empty()));
    }

    /** As on kernels that have no {@code cgroup.kill}. */
    @Test
    void endsByFreezingWhatForksWithoutEnd() throws Exception {
        Cgroup bomb = joined("alice");
        limit(bomb, Quota.PROCESSES, 40);
        assertEquals("on", run(bomb, "if (fork) { select undef, undef, undef, 0.3; print 'on'; exit } while (1) { fork; exit if rand() < 0.2 }"));
        bomb.killFrozen(System.nanoTime() + LONG.toNanos());
        assertEquals(List.of(), bomb.processes());
    }

    @Test
    void aThousandLeaveNothing() throws Exception {
        for (int i = 0; i < 1000; i++) {
            joined("alice " + i % 3).killAndRemove(LONG);
        }
        for (Path tree : trees()) {
            assertEquals(List.of(), CgroupTree.below(tree.resolve("quotas")), tree.toString());
        }
    }

    /** A launcher that finds one's group and ends it, and whose next group has that number. */
    @Test
    void aDirectoryThatIsAnothersByNowIsNotEntered() throws Exception {
        joined("alice");
        CgroupTree next = CgroupTree.open(trees().getFirst().getFileName().toString(), scratch.cgroups().note());
        for (Cgroup left : next.generations()) {
            left.killAndRemove(LONG);
        }
        Cgroup bobs = next.join("bob", next.createForStage());
        Cgroup alices = next.join("alice", next.createForStage());
        assertNotEquals(bobs.directory().getParent(), alices.directory().getParent());
        assertEquals(Optional.of("alice"), alices.group().orElseThrow().name());
        assertEquals(Optional.of("bob"), bobs.group().orElseThrow().name());
        bobs.group().orElseThrow().nameAfter("carol");
        assertTrue(next.find("bob").isEmpty());
        assertEquals(1, next.named().size());
    }

    @Test
    void removesHalvesThatALauncherLeftWhichEndedMeanwhile() throws Exception {
        joined("alice");
        Path tree = trees().getLast();
        Path half = Files.createDirectory(tree.resolve("quotas/77"));
        Path alone = Files.createDirectory(trees().getFirst().resolve("quotas/78"));
        CgroupTree next = CgroupTree.open(tree.getFileName().toString(), scratch.cgroups().note());
        assertEquals(1, next.generations().size());
        assertFalse(Files.exists(half) || Files.exists(alone));
        assertTrue(next.find("alice").isPresent());
    }
}
