package warren.launcher.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.mockingDetails;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.InOrder;
import org.mockito.stubbing.Answer;
import warren.launcher.system.SystemCallFailed;
import warren.launcher.system.SystemCalls;
import warren.plugin.GroupId;
import warren.plugin.LaunchStep;
import warren.plugin.Place;
import warren.plugin.UserId;

/** The launch with the kernel replaced: its order, and that nothing is executed after any failure or surprise. */
class LaunchTest {
    private static final int SOCKET = 70;
    private static final int FIFO = 71;
    private static final int PROCS = 72;
    private static final String OOM_SCORE = "/proc/thread-self/oom_score_adj";
    private static final String GOOD_STATUS = """
        Name:\tjava
        Uid:\t60101\t60101\t60101\t60101
        Gid:\t60102\t60102\t60102\t60102
        Groups:\t60103 60104\s
        CapInh:\t0000000000000000
        CapPrm:\t0000000000000000
        CapEff:\t0000000000000000
        CapBnd:\t0000000000000000
        CapAmb:\t0000000000000000
        """;

    private static final LaunchPlan PLAN = new LaunchPlan(
        new LaunchPlan.StandardDescriptors.Generation("/r/a.1.sock", "/r/a.1.log", 60000),
        new UserId(60101), new GroupId(60102), List.of(new GroupId(60104), new GroupId(60103)),
        List.of(new LaunchStep.SetLimit(LaunchStep.Resource.CORE_BYTES, 0, 0), new LaunchStep.SetNice(5),
            new LaunchStep.Unshare(Set.of(LaunchStep.Namespace.MOUNT)),
            new LaunchStep.Mount("none", "/jail/tmp", "tmpfs", Set.of(LaunchStep.MountFlag.NO_DEV), "size=1m")),
        new LaunchStep.Execute("/bin/program", List.of("program", "x"), Map.of("NAME", "value")));

    /** A kernel on which everything goes as planned: root cannot be regained, execve returns only by failing. */
    private static SystemCalls kernel(Answer<?> onEveryCall, String status) throws SystemCallFailed {
        SystemCalls calls = mock(SystemCalls.class, invocation -> {
            onEveryCall.answer(invocation);
            return switch (invocation.getMethod().getName()) {
                case "listen" -> SOCKET;
                case "open" -> invocation.<String>getArgument(0).endsWith("/cgroup.procs") ? PROCS : FIFO;
                case "readFile" -> invocation.<String>getArgument(0).endsWith(OOM_SCORE) ? "200\n" : status;
                case "setuid", "setgid" -> {
                    if (invocation.<Long>getArgument(0) == 0) {
                        throw new SystemCallFailed("regain", "EPERM");
                    }
                    yield null;
                }
                case "setgroups" -> {
                    if (invocation.getArgument(0).equals(List.of(0L))) {
                        throw new SystemCallFailed("regain", "EPERM");
                    }
                    yield null;
                }
                default -> invocation.getMethod().getReturnType() == int.class ? 0 : null;
            };
        });
        return calls;
    }

    private static void perform(Launch launch, LaunchPlan plan) throws SystemCallFailed {
        launch.prepare(List.of("/cg/cgroup.procs", "/memory/cgroup.procs"), Preparation.NOTHING);
        launch.perform(plan);
    }

    @Test
    void makesItsCallsInTheOrderOfTheDesign() throws Exception {
        SystemCalls calls = kernel(invocation -> null, GOOD_STATUS);
        Runnable told = mock(Runnable.class);
        perform(new Launch(calls, told), PLAN);
        InOrder order = inOrder(calls, told);
        order.verify(calls).resetSignalDispositions();
        order.verify(calls).clearSignalMask();
        order.verify(calls).umask(022);
        order.verify(calls).chdir("/");
        order.verify(calls).setsid();
        order.verify(calls).joinNewSessionKeyring();
        order.verify(calls).dropBoundingSet();
        order.verify(calls).open("/cg/cgroup.procs", 1);
        order.verify(calls).write(PROCS, "0");
        order.verify(calls).close(PROCS);
        order.verify(calls).open("/memory/cgroup.procs", 1);
        order.verify(calls).write(PROCS, "0");
        order.verify(calls).close(PROCS);
        order.verify(calls).listen("/r/a.1.sock", 60000, 511);
        order.verify(calls).mkfifo("/r/a.1.log", 60000);
        order.verify(calls).open("/r/a.1.log", 04002);
        order.verify(calls).dup2(SOCKET, 0);
        order.verify(calls).dup2(FIFO, 1);
        order.verify(calls).dup2(FIFO, 2);
        order.verify(calls).readFile(OOM_SCORE, 16);
        order.verify(calls).setrlimit(4, 0, 0);
        order.verify(calls).setpriority(5);
        order.verify(calls).unshare(0x00020000);
        order.verify(calls).mount("none", "/", "none", 16384 | 1 << 18, "");
        order.verify(calls).mount("none", "/jail/tmp", "tmpfs", 4, "size=1m");
        order.verify(calls).setgroups(List.of(60104L, 60103L));
        order.verify(calls).setgid(60102);
        order.verify(calls).setuid(60101);
        order.verify(calls).clearCapabilities();
        order.verify(calls).readFile("/proc/thread-self/status", 8192);
        order.verify(calls).setuid(0);
        order.verify(calls).setgid(0);
        order.verify(calls).setgroups(List.of(0L));
        order.verify(calls).closeOnExecFrom(3);
        order.verify(calls).setNoNewPrivs();
        order.verify(told).run();
        order.verify(calls).execve("/bin/program", List.of("program", "x"), List.of("NAME=value"));
        order.verifyNoMoreInteractions();
    }

    /** One test for each call that a launch makes: it alone fails. */
    @TestFactory
    Stream<DynamicTest> executesNothingAfterAnErrorOf() throws Exception {
        SystemCalls clean = kernel(invocation -> null, GOOD_STATUS);
        perform(new Launch(clean, () -> { }), PLAN);
        List<String> names = mockingDetails(clean).getInvocations().stream()
            .map(invocation -> invocation.getMethod().getName()).toList();
        int regain = names.lastIndexOf("readFile");
        return IntStream.range(0, names.size() - 1)
            .filter(i -> i <= regain || i > regain + 3)
            .mapToObj(i -> DynamicTest.dynamicTest(i + " " + names.get(i), () -> failsAt(i, names.get(i))));
    }

    private static void failsAt(int index, String name) throws SystemCallFailed {
        AtomicInteger count = new AtomicInteger();
        SystemCalls calls = kernel(invocation -> {
            if (count.getAndIncrement() == index) {
                throw new SystemCallFailed(name, "EPERM");
            }
            return null;
        }, GOOD_STATUS);
        Launch launch = new Launch(calls, () -> { });
        SystemCallFailed failed = assertThrows(SystemCallFailed.class, () -> perform(launch, PLAN));
        assertEquals(name + " EPERM", failed.call() + " " + failed.errno());
        assertEquals(placeOf(index), launch.place());
        assertEquals(index + 1, count.get(), "a call was made after the one that failed");
        verify(calls, never()).execve(anyString(), any(), any());
    }

    /** By the position in the list of {@link #makesItsCallsInTheOrderOfTheDesign}. */
    private static Place placeOf(int index) {
        int[] ends = {7, 13, 19, 22, 24, 24, 25, 25, 33, 35, 35, 36};
        Place[] places = Place.values();
        return places[(int) IntStream.of(ends).filter(end -> end <= index).count()];
    }

    @Test
    void executesNothingWhereTheExecuteItselfFails() throws Exception {
        SystemCalls calls = kernel(invocation -> null, GOOD_STATUS);
        doThrow(new SystemCallFailed("execve /bin/program", "ENOENT")).when(calls).execve(anyString(), any(), any());
        Launch launch = new Launch(calls, () -> { });
        assertThrows(SystemCallFailed.class, () -> perform(launch, PLAN));
        assertEquals(Place.EXECUTE, launch.place());
    }

    /** Where the kernel spares the launcher, as an administrator may wish; to write that takes a capability that not every test has. */
    @Test
    void doesNotHandTheLaunchersProtectionFromTheOomKillerToTheOwner() throws Exception {
        SystemCalls calls = kernel(invocation -> null, GOOD_STATUS);
        doReturn("-500\n").when(calls).readFile(OOM_SCORE, 16);
        perform(new Launch(calls, () -> { }), PLAN);
        InOrder order = inOrder(calls);
        order.verify(calls).open(OOM_SCORE, 1);
        order.verify(calls).write(FIFO, "0");
        order.verify(calls).close(FIFO);
        order.verify(calls).setuid(60101);
    }

    @Test
    void leavesTheConnectorTheLaunchersProtectionFromTheOomKiller() throws Exception {
        SystemCalls calls = kernel(invocation -> null, GOOD_STATUS);
        perform(new Launch(calls, () -> { }), new LaunchPlan(new LaunchPlan.StandardDescriptors.Connector("/log/out"), PLAN.user(), PLAN.group(),
            PLAN.supplementaryGroups(), List.of(), PLAN.program()));
        verify(calls, never()).readFile(OOM_SCORE, 16);
        verify(calls).execve(anyString(), any(), any());
    }

    private static LaunchPlan limitingIpc(boolean required) {
        return limitingIpc(8 << 20, 1 << 20, required);
    }

    private static LaunchPlan limitingIpc(long sharedBytes, long otherBytes, boolean required) {
        List<LaunchStep> steps = List.of(new LaunchStep.Unshare(Set.of(LaunchStep.Namespace.IPC)),
            new LaunchStep.LimitSystemVIpc(sharedBytes, otherBytes, required));
        return new LaunchPlan(PLAN.descriptors(), PLAN.user(), PLAN.group(), PLAN.supplementaryGroups(), steps, PLAN.program());
    }

    @Test
    void limitsSystemVIpcInItsOwnNamespace() throws Exception {
        SystemCalls calls = kernel(invocation -> null, GOOD_STATUS);
        perform(new Launch(calls, () -> { }), limitingIpc(true));
        InOrder order = inOrder(calls);
        order.verify(calls).unshare(0x08000000);
        order.verify(calls).open("/proc/sys/kernel/shmall", 1);
        order.verify(calls).write(FIFO, "2048");
        order.verify(calls).close(FIFO);
        order.verify(calls).open("/proc/sys/kernel/msgmni", 1);
        order.verify(calls).write(FIFO, "1");
        order.verify(calls).close(FIFO);
        order.verify(calls).open("/proc/sys/kernel/sem", 1);
        order.verify(calls).write(FIFO, "16384 16384 500 16384");
        order.verify(calls).close(FIFO);
    }

    /** The kernel takes no more than these. */
    @Test
    void limitsSystemVIpcToWhatTheKernelCanCount() throws Exception {
        SystemCalls calls = kernel(invocation -> null, GOOD_STATUS);
        long terabyte = 1L << 40;
        perform(new Launch(calls, () -> { }), limitingIpc(terabyte, terabyte, true));
        verify(calls).write(FIFO, "268435456");
        verify(calls).write(FIFO, "32768");
        verify(calls).write(FIFO, "32000 1024000000 500 32000");
    }

    /** As in a container whose /proc/sys is read-only: memory is limited all the same. */
    @Test
    void executesWithoutALimitOfSystemVIpcOnlyWhereItIsNotRequired() throws Exception {
        SystemCalls calls = withoutShmall("open", "EROFS");
        assertThrows(SystemCallFailed.class, () -> perform(new Launch(calls, () -> { }), limitingIpc(true)));
        verify(calls, never()).execve(anyString(), any(), any());
        perform(new Launch(calls, () -> { }), limitingIpc(false));
        verify(calls).execve(anyString(), any(), any());
    }

    @Test
    void executesNothingWhereALimitOfSystemVIpcIsNotTaken() throws Exception {
        for (String failure : List.of("open EMFILE", "write EINVAL")) {
            String[] words = failure.split(" ");
            SystemCalls calls = withoutShmall(words[0], words[1]);
            SystemCallFailed failed = assertThrows(SystemCallFailed.class, () -> perform(new Launch(calls, () -> { }), limitingIpc(false)));
            assertEquals("sysctl kernel.shmall=\"2048\": " + words[0], failed.call());
            assertEquals(words[1], failed.errno());
            verify(calls, never()).execve(anyString(), any(), any());
        }
    }

    /** A kernel where one call fails that says how much System V's shared memory may be. */
    private static SystemCalls withoutShmall(String call, String errno) throws SystemCallFailed {
        return kernel(invocation -> {
            if (invocation.getMethod().getName().equals(call)
                    && List.of(invocation.getArguments()).contains(call.equals("open") ? "/proc/sys/kernel/shmall" : "2048")) {
                throw new SystemCallFailed(call, errno);
            }
            return null;
        }, GOOD_STATUS);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "Uid:\t60101>Uid:\t0", "\t60101\n>\t0\n", "Uid:\t60101\t60101>Uid:\t60101\t0",
        "Gid:\t60102>Gid:\t0", "\t60102\n>\t0\n", "Groups:\t>Groups:\t0 ", "60103 60104>60103", "60103 60104 >",
        "CapInh:\t0000000000000000>CapInh:\t0000000000000001", "CapPrm:\t0000000000000000>CapPrm:\t0000000000200000",
        "CapEff:\t0000000000000000>CapEff:\t00000000000000c0", "CapBnd:\t0000000000000000>CapBnd:\t000001ffffffffff",
        "CapAmb:\t0000000000000000>CapAmb:\t0000000000000400", "CapAmb:>Cap:", "Uid:>Nothing:", "Groups:>G:"})
    void executesNothingWhereTheKernelsAccountIsNotAsPlanned(String change) throws Exception {
        String[] parts = change.split(">", 2);
        String status = GOOD_STATUS.replace(parts[0], parts[1]);
        assertTrue(!status.equals(GOOD_STATUS), "the change has no effect: " + change);
        SystemCalls calls = kernel(invocation -> null, status);
        Launch launch = new Launch(calls, () -> { });
        SystemCallFailed failed = assertThrows(SystemCallFailed.class, () -> perform(launch, PLAN));
        assertEquals("SURPRISE", failed.errno());
        assertEquals(Place.IDENTITY, launch.place());
        verify(calls, never()).execve(anyString(), any(), any());
    }

    @Test
    void executesNothingWhereRootCanBeRegained() throws Exception {
        for (String way : List.of("setuid", "setgid", "setgroups")) {
            SystemCalls calls = kernel(invocation -> null, GOOD_STATUS);
            switch (way) {
                case "setuid" -> org.mockito.Mockito.doNothing().when(calls).setuid(0);
                case "setgid" -> org.mockito.Mockito.doNothing().when(calls).setgid(0);
                default -> org.mockito.Mockito.doNothing().when(calls).setgroups(List.of(0L));
            }
            SystemCallFailed failed =
                assertThrows(SystemCallFailed.class, () -> perform(new Launch(calls, () -> { }), PLAN), way);
            assertEquals("SURPRISE", failed.errno(), way);
            verify(calls, never()).execve(anyString(), any(), any());
        }
    }

    @Test
    void givesTheConnectorTheInheritedSocketAndAFile() throws Exception {
        SystemCalls calls = kernel(invocation -> null, GOOD_STATUS);
        LaunchPlan plan = new LaunchPlan(new LaunchPlan.StandardDescriptors.Connector("/log/connector.out"),
            PLAN.user(), PLAN.group(), PLAN.supplementaryGroups(), List.of(), PLAN.program());
        perform(new Launch(calls, () -> { }), plan);
        verify(calls).open("/log/connector.out", 02001);
        verify(calls).dup2(3, 0);
        verify(calls).dup2(FIFO, 1);
        verify(calls).dup2(FIFO, 2);
        verify(calls, never()).listen(anyString(), any(Long.class), anyInt());
    }

    @Test
    void executesNothingOnACommonRootThatIsNotThere() throws Exception {
        SystemCalls calls = kernel(invocation -> null, GOOD_STATUS);
        LaunchPlan plan = PLAN.onCommonRootWith(List.of(new LaunchStep.Unshare(Set.of(LaunchStep.Namespace.MOUNT)),
            new LaunchStep.OwnRoot(Optional.empty(), List.of())));
        Launch launch = new Launch(calls, () -> { });
        SystemCallFailed failed = assertThrows(SystemCallFailed.class, () -> perform(launch, plan));
        assertEquals("SURPRISE", failed.errno());
        assertEquals(Place.ROOT, launch.place());
        verify(calls, never()).execve(anyString(), any(), any());
    }

    @Test
    void refusesAPlanThatExecutesTwice() throws Exception {
        SystemCalls calls = kernel(invocation -> null, GOOD_STATUS);
        List<LaunchStep> steps = new ArrayList<>(PLAN.steps());
        steps.add(PLAN.program());
        assertThrows(IllegalStateException.class, () -> StepPerformer.perform(steps.get(steps.size() - 1), calls));
        verify(calls, never()).execve(anyString(), any(), any());
    }
}
