package warren.launcher.stage;

import java.util.List;
import warren.launcher.system.ConfinementCalls;
import warren.launcher.system.LinuxSystemCalls;
import warren.launcher.system.RootCalls;
import warren.launcher.system.SystemCallFailed;
import warren.launcher.system.SystemCalls;

/**
 * The real calls with arguments that the kernel refuses or that change nothing: each of them goes all the way into the
 * kernel, and the launch sees what it would see if all went as {@link Rehearsal}'s plan says.
 */
final class RehearsedCalls implements SystemCalls {
    static final int NO_DESCRIPTOR = -1;
    private static final long NO_ID = -1;
    static final String NO_PATH = "";
    private static final String STATUS = "Name:\tjava\nUid:\t1\t1\t1\t1\nGid:\t1\t1\t1\t1\nGroups:\t2 \nCapInh:\t0000000000000000\n"
        + "CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nCapAmb:\t0000000000000000\n";
    private final LinuxSystemCalls calls;

    RehearsedCalls(LinuxSystemCalls calls) {
        this.calls = calls;
    }

    interface Call {
        void make() throws SystemCallFailed;
    }

    /** Succeeding would mean that something was changed. */
    static void refused(Call call) throws SystemCallFailed {
        try {
            call.make();
        } catch (SystemCallFailed expected) {
            return;
        }
        throw new SystemCallFailed("rehearsal", "SURPRISE");
    }

    /** This and what else does nothing here: the launch's own preparation comes before a plan, or {@code rehearse} binds it. */
    @Override
    public void resetSignalDispositions() { }

    @Override
    public void clearSignalMask() { }

    @Override
    public void umask(int mask) { }

    @Override
    public void setsid() { }

    @Override
    public void joinNewSessionKeyring() { }

    @Override
    public void chdir(String path) throws SystemCallFailed {
        calls.chdir("/");
    }

    @Override
    public int listen(String path, long user, int backlog) throws SystemCallFailed {
        refused(() -> calls.listen("/warren-rehearsal/there-is-no-such-directory/socket", 0, backlog));
        return NO_DESCRIPTOR;
    }

    @Override
    public void mkfifo(String path, long user) throws SystemCallFailed {
        refused(() -> calls.mkfifo(NO_PATH, 0));
    }

    @Override
    public int open(String path, int flags) throws SystemCallFailed {
        refused(() -> calls.open(NO_PATH, flags));
        return NO_DESCRIPTOR;
    }

    @Override
    public void write(int descriptor, String text) throws SystemCallFailed {
        refused(() -> calls.write(NO_DESCRIPTOR, text));
    }

    @Override
    public String readFile(String path, int most) throws SystemCallFailed {
        calls.readFile(path, most);
        return STATUS;
    }

    @Override
    public void close(int descriptor) throws SystemCallFailed {
        refused(() -> calls.close(NO_DESCRIPTOR));
    }

    @Override
    public int duplicate(int descriptor) throws SystemCallFailed {
        refused(() -> calls.duplicate(NO_DESCRIPTOR));
        return NO_DESCRIPTOR;
    }

    @Override
    public void dup2(int from, int to) throws SystemCallFailed {
        refused(() -> calls.dup2(NO_DESCRIPTOR, to));
    }

    @Override
    public void setrlimit(int resource, long soft, long hard) throws SystemCallFailed {
        refused(() -> calls.setrlimit(-1, soft, hard));
    }

    @Override
    public void setpriority(int nice) { }

    @Override
    public void setIoPriority(int level) { }

    @Override
    public void unshare(int flags) throws SystemCallFailed {
        calls.unshare(0);
    }

    @Override
    public void mount(String source, String target, String type, long flags, String data) throws SystemCallFailed {
        refused(() -> calls.mount(source, NO_PATH, type, flags, data));
    }

    @Override
    public int getpid() {
        return calls.getpid();
    }

    @Override
    public RootCalls root() {
        return new RehearsedRootCalls(calls.root());
    }

    @Override
    public ConfinementCalls confinement() {
        return new RehearsedConfinementCalls(calls.confinement());
    }

    @Override
    public void dropBoundingSet() { }

    @Override
    public void setgroups(List<Long> groups) throws SystemCallFailed {
        refused(() -> calls.setgroups(List.of(NO_ID)));
        requireNotRegaining(groups.get(0));
    }

    @Override
    public void setgid(long group) throws SystemCallFailed {
        refused(() -> calls.setgid(NO_ID));
        requireNotRegaining(group);
    }

    @Override
    public void setuid(long user) throws SystemCallFailed {
        refused(() -> calls.setuid(NO_ID));
        requireNotRegaining(user);
    }

    private static void requireNotRegaining(long id) throws SystemCallFailed {
        if (id == 0) {
            throw new SystemCallFailed("regain", "EPERM");
        }
    }

    @Override
    public void clearCapabilities() { }

    @Override
    public void closeOnExecFrom(int first) throws SystemCallFailed {
        calls.closeOnExecFrom(NO_DESCRIPTOR);
    }

    @Override
    public void setNoNewPrivs() { }

    @Override
    public void execve(String program, List<String> arguments, List<String> environment) throws SystemCallFailed {
        refused(() -> calls.execve("/warren-rehearsal/there-is-no-such-program", arguments, environment));
    }
}
