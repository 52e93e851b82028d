package warren.launcher.stage;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import warren.launcher.system.LinuxSystemCalls;
import warren.launcher.system.SystemCallFailed;

/**
 * A process that reads its preparation from descriptor 0, waits there for one launch plan, tells on descriptor 1 how far it
 * came, and becomes the program of the plan. It tells
 * <pre>
 *   waiting                                  it has prepared itself, and everything that a launch needs is loaded and linked
 *   executing                                every step has been done; the end of the pipe now means that execve succeeded
 *   failed TAB place TAB call TAB errno      the preparation or the launch has ended and this process ends too
 * </pre>
 * Its arguments are the {@code cgroup.procs} files of the cgroups to wait in. With {@code --rehearse} instead it ends
 * where it would wait: that is how its class-data archive is made.
 */
public final class LaunchStage {
    private static final int REPORT_DESCRIPTOR = 1;
    private final LinuxSystemCalls calls = new LinuxSystemCalls();
    private final int report;
    private final Launch launch;

    private LaunchStage() throws SystemCallFailed {
        report = calls.duplicate(REPORT_DESCRIPTOR);
        launch = new Launch(calls, () -> tell("executing\n"));
    }

    public static void main(String[] arguments) {
        boolean rehearsing = arguments.length == 1 && arguments[0].equals("--rehearse");
        try {
            LaunchStage stage = new LaunchStage();
            new Rehearsal(stage.calls).run();
            if (!rehearsing) {
                stage.waitAndLaunch(List.of(arguments), new BufferedInputStream(new FileInputStream(FileDescriptor.in)));
            }
        } catch (Throwable unexpected) {
            System.err.println("launch stage: " + unexpected);
            Runtime.getRuntime().halt(1);
        }
        if (!rehearsing) {
            Runtime.getRuntime().halt(1);
        }
    }

    private void waitAndLaunch(List<String> cgroups, InputStream plans) throws IOException {
        try {
            launch.prepare(cgroups, PreparationWire.read(plans));
            tell("waiting\n");
            launch.perform(LaunchPlanWire.read(plans));
        } catch (EOFException unused) {
            // the launcher has gone or has no use for this stage
            return;
        } catch (SystemCallFailed e) {
            tell("failed\t" + launch.place() + "\t" + e.call() + "\t" + e.errno() + "\n");
        } catch (RuntimeException | Error e) {
            tell("failed\t" + launch.place() + "\t" + e.getClass().getSimpleName() + "\tSURPRISE\n");
        }
    }

    private void tell(String line) {
        try {
            calls.write(report, line);
        } catch (SystemCallFailed e) {
            // without a launcher that listens nobody would know of this process: it must not become an interpreter
            Runtime.getRuntime().halt(1);
        }
    }
}
