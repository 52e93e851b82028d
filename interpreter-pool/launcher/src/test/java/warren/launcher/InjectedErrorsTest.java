package warren.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import warren.contract.GenerationId;
import warren.contract.VirtualHostName;
import warren.launcher.stage.LaunchPlan;
import warren.launcher.stage.Preparation;
import warren.launcher.system.PidFd;
import warren.plugin.GroupId;
import warren.plugin.LaunchStep;
import warren.plugin.PathAccess;
import warren.plugin.RootEntry;
import warren.plugin.UserId;

/**
 * The real launch stage under strace. A clean launch is traced first; then each system call of it fails in turn, by
 * its position among the calls of its name in the launching thread, and the program must not be executed.
 */
class InjectedErrorsTest {
    private static final String TRACED = "setsid,keyctl,socket,bind,chmod,lchown,listen,mknodat,mknod,openat,dup2,write,"
        + "prlimit64,setpriority,unshare,setns,fchdir,chroot,mount,umount2,pivot_root,open_tree,move_mount,mount_setattr,mkdir,symlink,openat2,landlock_create_ruleset,landlock_add_rule,landlock_restrict_self,chdir,prctl,setgroups,setgid,setuid,capset,close_range,execve";
    private static final Pattern CALL = Pattern.compile("(\\d+) +(?:<\\.\\.\\. )?(\\w+)(\\(.*| resumed>.*)");

    /** glibc has every thread make these, and aborts where they differ: they fail in all threads, each time. */
    private static final Set<String> BROADCAST = Set.of("setgroups", "setgid", "setuid");

    /** One call of the launching thread: its name, which one of that name it is, and how strace shows it. */
    private record Call(String name, int position, String shown) { }

    /** What is made to fail, how strace shows that call, and what the failure must say. */
    private record Expected(String name, String shown, String says) { }

    private static final List<Expected> PRIVILEGED = List.of(
        new Expected("setsid", "", "step=PROCESS call=setsid"),
        new Expected("keyctl", "", "step=PROCESS call=keyctl JOIN_SESSION_KEYRING"),
        new Expected("chdir", "\"/\"", "step=ROOT call=chdir /"),
        new Expected("socket", "", "step=DESCRIPTORS call=socket"),
        new Expected("bind", "", "step=DESCRIPTORS call=bind "),
        new Expected("chmod", "", "step=DESCRIPTORS call=chmod "),
        new Expected("lchown", "/socket", "step=DESCRIPTORS call=lchown "),
        new Expected("listen", "", "step=DESCRIPTORS call=listen "),
        new Expected("mknodat", "/log", "step=DESCRIPTORS call=mkfifo "),
        new Expected("lchown", "/log", "step=DESCRIPTORS call=lchown "),
        new Expected("openat", "/log\"", "step=DESCRIPTORS call=open "),
        new Expected("dup2", ", 0)", "step=DESCRIPTORS call=dup2"),
        new Expected("dup2", ", 1)", "step=DESCRIPTORS call=dup2"),
        new Expected("dup2", ", 2)", "step=DESCRIPTORS call=dup2"),
        new Expected("openat", "/cgroup.procs\"", "step=CGROUP call=open "),
        new Expected("write", "\"0\"", "step=CGROUP call=write"),
        new Expected("openat", "/oom_score_adj\"", "step=LIMITS call=open /proc/thread-self/oom_score_adj"),
        new Expected("prlimit64", "RLIMIT_CORE", "step=LIMITS call=setrlimit"),
        new Expected("setpriority", "", "step=LIMITS call=setpriority"),
        new Expected("unshare", "", "step=NAMESPACES call=unshare"),
        new Expected("mount", "MS_PRIVATE", "step=NAMESPACES call=mount /"),
        new Expected("mount", "size=64k", "step=MOUNTS call=mount "),
        new Expected("mount", "size=1m", "step=ROOT call=mount "),
        new Expected("openat2", "/usr", "step=ROOT call=openat2 /usr"),
        new Expected("open_tree", "", "step=ROOT call=open_tree"),
        new Expected("mount_setattr", "MOUNT_ATTR_NODEV", "step=ROOT call=mount_setattr"),
        new Expected("move_mount", "", "step=ROOT call=move_mount"),
        new Expected("mkdir", "/usr", "step=ROOT call=mkdir "),
        new Expected("symlink", "", "step=ROOT call=symlink "),
        new Expected("mount", "\"proc\"", "step=ROOT call=mount "),
        new Expected("pivot_root", "", "step=ROOT call=pivot_root"),
        new Expected("umount2", "", "step=ROOT call=umount2"),
        new Expected("mount_setattr", "\"/\"", "step=ROOT call=mount_setattr"),
        new Expected("prctl", "PR_CAPBSET_DROP, CAP_CHOWN", "step=PROCESS call=prctl PR_CAPBSET_DROP"),
        new Expected("prctl", "PR_CAPBSET_DROP, CAP_SYS_ADMIN", "step=PROCESS call=prctl PR_CAPBSET_DROP"),
        new Expected("setgroups", "60103", "step=IDENTITY call=setgroups"),
        new Expected("setgid", "60102", "step=IDENTITY call=setgid"),
        new Expected("setuid", "60101", "step=IDENTITY call=setuid"),
        new Expected("prctl", "PR_CAP_AMBIENT", "step=IDENTITY call=prctl PR_CAP_AMBIENT_CLEAR_ALL"),
        new Expected("capset", "permitted=0", "step=IDENTITY call=capset"),
        new Expected("close_range", "(3,", "step=SEAL call=close_range"),
        new Expected("prctl", "PR_SET_NO_NEW_PRIVS", "step=SEAL call=prctl PR_SET_NO_NEW_PRIVS"),
        new Expected("landlock_create_ruleset", "handled_access_fs", "step=CONFINE call=landlock_create_ruleset"),
        new Expected("landlock_add_rule", "", "step=CONFINE call=landlock_add_rule"),
        new Expected("landlock_restrict_self", "", "step=CONFINE call=landlock_restrict_self"),
        new Expected("prctl", "PR_SET_SECCOMP", "step=CONFINE call=prctl PR_SET_SECCOMP"),
        new Expected("execve", "/bin/sh", "step=EXECUTE call=execve /bin/sh"));

    /** Of a stage that puts together what roots have in common, up to where it is back in the machine's mounts. */
    private static final List<Expected> PREPARING = List.of(
        new Expected("openat", "/ns/mnt\"", "step=ROOT call=open /proc/thread-self/ns/mnt"),
        new Expected("openat", "\"/\"", "step=ROOT call=open /"),
        new Expected("unshare", "(CLONE_NEWNS)", "step=ROOT call=unshare"),
        new Expected("mount", "MS_PRIVATE", "step=ROOT call=mount /"),
        new Expected("mount", "size=1m", "step=ROOT call=mount "),
        new Expected("openat2", "/usr", "step=ROOT call=openat2 /usr"),
        new Expected("mkdir", "/usr", "step=ROOT call=mkdir "),
        new Expected("mount_setattr", "MOUNT_ATTR_NODEV", "step=ROOT call=mount_setattr"),
        new Expected("move_mount", "", "step=ROOT call=move_mount"),
        new Expected("symlink", "", "step=ROOT call=symlink "),
        new Expected("mount", "\"proc\"", "step=ROOT call=mount "),
        new Expected("open_tree", "", "step=ROOT call=open_tree"),
        new Expected("setns", "", "step=ROOT call=setns"),
        new Expected("fchdir", "", "step=ROOT call=fchdir"),
        new Expected("chroot", "", "step=ROOT call=chroot"));

    /** Of its launch, from there on: the first is what it has prepared. */
    private static final List<Expected> ON_COMMON_ROOT = List.of(
        new Expected("unshare", "", "step=NAMESPACES call=unshare"),
        new Expected("mount", "MS_PRIVATE", "step=NAMESPACES call=mount /"),
        new Expected("openat2", "/jail", "step=ROOT call=openat2 "),
        new Expected("move_mount", "", "step=ROOT call=move_mount"),
        new Expected("openat2", "/marker", "step=ROOT call=openat2 "),
        new Expected("open_tree", "", "step=ROOT call=open_tree"),
        new Expected("pivot_root", "", "step=ROOT call=pivot_root"),
        new Expected("umount2", "", "step=ROOT call=umount2"));

    /** Calls of both that seem to succeed and do nothing. */
    private static final List<Expected> CORRUPTED_PREPARING = List.of(
        // the stage's own check needs it
        new Expected("mount", "\"proc\"", "step=IDENTITY call=open /proc/thread-self/status errno=ENOENT"),
        new Expected("mount_setattr", "MOUNT_ATTR_NODEV", "mount "),
        new Expected("open_tree", "", "call=move_mount errno=EINVAL"),
        new Expected("setns", "", "call=read back /proc/thread-self/ns/mnt: not the one before errno=SURPRISE"));
    private static final List<Expected> CORRUPTED_ON_COMMON_ROOT = List.of(
        new Expected("move_mount", "", "step=ROOT call="),
        new Expected("pivot_root", "", "root is the machine's where its own was planned"));

    /**
     * Calls that seem to succeed and do nothing, and what is found of each: by the stage itself, or by reading back. What
     * unshares mounts is left out: without it the next calls would be the machine's.
     */
    private static final List<Expected> CORRUPTED = List.of(
        new Expected("setsid", "", "session is "),
        new Expected("keyctl", "", "call=keyctl JOIN_SESSION_KEYRING: no keyring errno=SURPRISE"),
        new Expected("write", "\"0\"", " is elsewhere where in it was planned"),
        new Expected("chmod", "/socket", "the socket is 0755 of UID 60100 where 0600 of UID 60100 was planned"),
        new Expected("lchown", "/socket", "the socket is 0600 of UID 0 where 0600 of UID 60100 was planned"),
        new Expected("lchown", "/log", "the log is 0600 of UID 0 where 0600 of UID 60100 was planned"),
        new Expected("dup2", ", 0)", "descriptor 0 is pipe:"),
        // the report's pipe stays open where the log should be: its end never comes
        new Expected("dup2", ", 1)", "it did not finish within 10 s and was killed"),
        new Expected("dup2", ", 2)", "descriptor 2 is "),
        new Expected("prlimit64", "RLIMIT_CORE", "limit CORE_BYTES is unlimited where 0 was planned"),
        new Expected("setpriority", "", "nice is 0 where 1 was planned"),
        new Expected("mount_setattr", "MOUNT_ATTR_NODEV", "mount "),
        new Expected("move_mount", "", "mount "),
        new Expected("pivot_root", "", "root is the machine's where its own was planned"),
        new Expected("umount2", "", "mount / is "),
        new Expected("mount_setattr", "\"/\"", "mount / is nodev,nosuid tmpfs where nodev,nosuid,ro tmpfs was planned"),
        new Expected("mount", "size=64k", "mount /tmp is none where nodev,nosuid tmpfs was planned"),
        new Expected("prctl", "PR_CAPBSET_DROP, CAP_SYS_ADMIN", "CapBnd: [0000000000200000] where [0000000000000000] was planned"),
        // glibc itself ends a process whose threads would differ
        new Expected("setgroups", "60103", "found that it had ended"),
        new Expected("setgid", "60102", "found that it had ended"),
        new Expected("setuid", "60101", "found that it had ended"),
        new Expected("prctl", "PR_SET_NO_NEW_PRIVS", "call=landlock_restrict_self errno=EPERM"),
        new Expected("landlock_restrict_self", "", "read back Landlock: /tmp/.warren-landlock could be made errno=SURPRISE"),
        new Expected("prctl", "PR_SET_SECCOMP", "seccomp is 0 where 2 was planned"));

    /** A filter of one instruction, which returns SECCOMP_RET_ALLOW. */
    private static final byte[] ALLOW_ALL = {6, 0, 0, 0, 0, 0, (byte) 0xff, 0x7f};

    /** One launch in a scratch directory of its own. */
    private static final class Traced implements AutoCloseable {
        private static final List<RootEntry> COMMON = List.of(new RootEntry.Shown("/usr", false, true), new RootEntry.AsOnHost("/bin"),
            new RootEntry.AsOnHost("/lib"), new RootEntry.AsOnHost("/lib64"), new RootEntry.Processes("/proc"), new RootEntry.Directory("/tmp"));
        final Scratch scratch = new Scratch();
        final Stages stages;

        /** @param prepared whether the stage puts what is common together before it waits */
        Traced(boolean prepared, String... injection) throws IOException {
            List<String> strace = new ArrayList<>(List.of("/usr/bin/strace", "-D", "-f", "-s", "200", "-o",
                scratch.path("trace").toString(), "-e", "trace=" + TRACED));
            strace.addAll(List.of(injection));
            Files.createDirectory(scratch.path("jail"));
            stages = new Stages(Scratch.CHILDREN, scratch.stage(strace.toArray(new String[0])), scratch.cgroups(), false,
                prepared ? new Preparation(scratch.path("jail").toString(), COMMON) : Preparation.NOTHING);
        }

        LaunchPlan plan() throws IOException {
            Path marker = Files.createDirectory(scratch.path("marker"));
            Files.setAttribute(marker, "unix:uid", 60101);
            List<RootEntry> entries = new ArrayList<>(COMMON);
            entries.add(new RootEntry.Shown(marker.toString(), true, true));
            return new LaunchPlan(new LaunchPlan.StandardDescriptors.Generation(scratch.path("socket").toString(),
                scratch.path("log").toString(), 60100), new UserId(60101), new GroupId(60102),
                List.of(new GroupId(60103)),
                List.of(new LaunchStep.SetLimit(LaunchStep.Resource.CORE_BYTES, 0, 0), new LaunchStep.SetNice(1),
                    new LaunchStep.Unshare(Set.of(LaunchStep.Namespace.MOUNT, LaunchStep.Namespace.UTS, LaunchStep.Namespace.IPC)),
                    new LaunchStep.LimitSystemVIpc(1 << 20, 1 << 20, true),
                    new LaunchStep.OwnRoot(Optional.empty(), entries),
                    new LaunchStep.Mount("none", "/tmp", "tmpfs",
                        Set.of(LaunchStep.MountFlag.NO_SUID, LaunchStep.MountFlag.NO_DEV), "size=64k,mode=1777"),
                    new LaunchStep.RestrictAccess(List.of(new PathAccess("/", PathAccess.Kind.READ, true),
                        new PathAccess(marker.toString(), PathAccess.Kind.CHANGE, true)), Optional.empty())),
                scratch.path("jail").toString(), ALLOW_ALL,
                new LaunchStep.Execute("/bin/sh", List.of("sh", "-c", "umask 0; (: >" + marker + "/executed); exec sleep 1000"), Map.of()));
        }

        Children.Child launch() throws Exception {
            LaunchPlan plan = plan();
            Stage stage = stages.take();
            try {
                Children.Child child = stage.launch(plan);
                Generations.requireAsPlanned(child.pid(), plan, stage.cgroup());
                stage.release();
                return child;
            } catch (LaunchFailure e) {
                stage.kill();
                throw e;
            }
        }

        boolean isExecuted() {
            return Files.exists(scratch.path("marker").resolve("executed"));
        }

        List<String> trace() throws IOException {
            Scratch.await("the end of the trace", () -> {
                try {
                    List<String> lines = Files.readAllLines(scratch.path("trace"));
                    return !lines.isEmpty() && lines.get(lines.size() - 1).contains("+++ ") && isTracerGone();
                } catch (IOException e) {
                    return false;
                }
            });
            return Files.readAllLines(scratch.path("trace"));
        }

        private boolean isTracerGone() {
            return ProcessHandle.allProcesses().noneMatch(process -> process.info().arguments()
                .map(arguments -> String.join(" ", arguments).contains("-o " + scratch.path("trace"))).orElse(false));
        }

        @Override
        public void close() throws IOException {
            stages.close();
            scratch.close();
        }
    }

    @TestFactory
    List<DynamicTest> executesNothingAfterAnErrorOf() throws Exception {
        return failing(PRIVILEGED, cleanCalls(false), false);
    }

    @TestFactory
    List<DynamicTest> executesNothingAfterAnErrorWhilePreparingOf() throws Exception {
        return failing(PREPARING, whilePreparing(cleanCalls(true)), true);
    }

    @TestFactory
    List<DynamicTest> executesNothingOnWhatIsPreparedAfterAnErrorOf() throws Exception {
        return failing(ON_COMMON_ROOT, afterPreparing(cleanCalls(true)), true);
    }

    private static List<DynamicTest> failing(List<Expected> all, List<Call> clean, boolean prepared) {
        return inPairs(all, expected -> failsWith(find(expected, clean), expected, prepared));
    }

    /** One launch with something amiss. */
    private interface Trial {
        void of(Expected expected) throws Exception;
    }

    /** Two launches at a time: each is mostly the start of a JVM, and waiting. */
    private static List<DynamicTest> inPairs(List<Expected> all, Trial trial) {
        ExecutorService pairs = Executors.newFixedThreadPool(2, work -> {
            Thread thread = new Thread(work, "launch");
            thread.setDaemon(true);
            return thread;
        });
        List<DynamicTest> tests = new ArrayList<>();
        for (Expected expected : all) {
            Future<?> launched = pairs.submit(() -> {
                trial.of(expected);
                return null;
            });
            tests.add(DynamicTest.dynamicTest((expected.name() + " " + expected.shown()).strip(), launched::get));
        }
        pairs.shutdown();
        return tests;
    }

    private static int endOfPreparing(List<Call> clean) {
        return clean.stream().map(Call::name).toList().indexOf("chroot") + 1;
    }

    private static List<Call> whilePreparing(List<Call> clean) {
        return clean.subList(0, endOfPreparing(clean));
    }

    /** The first of each comes last, for that is the one that is found. */
    private static List<Call> afterPreparing(List<Call> clean) {
        return clean.subList(endOfPreparing(clean), clean.size()).reversed();
    }

    private static Call find(Expected expected, List<Call> clean) {
        return clean.stream().filter(made -> made.name().equals(expected.name()) && made.shown().contains(expected.shown()))
            .reduce((first, last) -> last).orElseThrow(() -> new AssertionError("a clean launch makes no such call: " + clean));
    }

    @TestFactory
    List<DynamicTest> seesWhatOnlySeemedToBeDoneBy() throws Exception {
        return corrupted(CORRUPTED, cleanCalls(false), false);
    }

    @TestFactory
    List<DynamicTest> seesWhatOnlySeemedToBeDoneWhilePreparingBy() throws Exception {
        return corrupted(CORRUPTED_PREPARING, whilePreparing(cleanCalls(true)), true);
    }

    @TestFactory
    List<DynamicTest> seesWhatOnlySeemedToBeDoneOnWhatIsPreparedBy() throws Exception {
        return corrupted(CORRUPTED_ON_COMMON_ROOT, afterPreparing(cleanCalls(true)), true);
    }

    private static List<DynamicTest> corrupted(List<Expected> all, List<Call> clean, boolean prepared) {
        return inPairs(all, expected -> {
            Call call = find(expected, clean);
            try (Traced traced = new Traced(prepared, "-e",
                    "inject=" + call.name() + ":retval=" + (call.name().equals("write") ? 1 : 0) + (BROADCAST.contains(call.name()) ? "" : ":when=" + call.position()))) {
                LaunchFailure failure = assertThrows(LaunchFailure.class, traced::launch, call.toString());
                assertTrue(failure.getMessage().contains(expected.says()), call + ": " + failure.getMessage());
                assertEquals(List.of(), traced.scratch.cgroups().generations());
            }
        });
    }

    private static void failsWith(Call call, Expected expected, boolean prepared) throws Exception {
        try (Traced traced = new Traced(prepared, "-e",
                "inject=" + call.name() + ":error=EDOM" + (BROADCAST.contains(call.name()) ? "" : ":when=" + call.position()))) {
            LaunchFailure failure = assertThrows(LaunchFailure.class, traced::launch, call.toString());
            assertTrue(failure.getMessage().startsWith(expected.says()), call + ": " + failure.getMessage());
            assertTrue(failure.getMessage().contains(" errno=EDOM: "), failure.getMessage());
            assertFalse(traced.isExecuted());
            assertEquals(List.of(), traced.scratch.cgroups().generations());
        }
    }

    /** The calls of the thread that executes the program, from its setsid on, with their positions from its start. */
    private static List<Call> cleanCalls(boolean prepared) throws Exception {
        List<String> lines = cleanTrace(prepared);
        String thread = lines.stream().filter(line -> line.contains(" setsid(")).findFirst().orElseThrow().split(" ")[0];
        Map<String, Integer> counts = new HashMap<>();
        List<Call> calls = new ArrayList<>();
        boolean launching = false;
        for (String line : lines) {
            Matcher matcher = CALL.matcher(line);
            if (matcher.matches() && matcher.group(1).equals(thread) && !line.contains(" resumed>")) {
                String name = matcher.group(2);
                int position = counts.merge(name, 1, Integer::sum);
                launching |= name.equals("setsid") || name.equals("chdir");
                if (launching) {
                    calls.add(new Call(name, position, matcher.group(3)));
                }
            }
        }
        return calls;
    }

    private static List<String> cleanTrace(boolean prepared) throws Exception {
        try (Traced traced = new Traced(prepared)) {
            Children.Child child = traced.launch();
            Scratch.await("the program", traced::isExecuted);
            child.signal(PidFd.SIGKILL);
            child.ended().get();
            return traced.trace();
        }
    }

    @Test
    void theSameProcessCallsSetuidAndThenExecve() throws Exception {
        List<String> lines = cleanTrace(true);
        String thread = lines.stream().filter(line -> line.contains(" setuid(60101) ")
            && line.endsWith("= 0")).findFirst().orElseThrow().split(" ")[0];
        assertTrue(lines.stream().anyMatch(line -> line.contains(" setuid(60101")), lines.toString());
        List<String> executed = lines.stream().filter(line -> line.contains(" execve(") && !line.contains(" = -1 ")).toList();
        assertFalse(executed.isEmpty());
        assertTrue(executed.stream().noneMatch(line -> line.matches(".*(setpriv|suexec|/su\"|sudo).*")), executed.toString());
        assertTrue(executed.stream().filter(line -> line.contains("LaunchStage")).count() == 1, executed.toString());
        assertTrue(executed.stream().anyMatch(line -> line.contains("\"/bin/sh\"")), executed.toString());
        assertFalse(thread.isEmpty());
    }
}
