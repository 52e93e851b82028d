package warren.launcher.stage;

import warren.launcher.system.SystemCallFailed;
import warren.launcher.system.SystemCalls;

/** A file that takes a short text for a setting, of /proc or a cgroup. */
final class KernelFile {
    private static final int O_WRONLY = 1;

    private KernelFile() { }

    static void write(String path, String text, SystemCalls calls) throws SystemCallFailed {
        int descriptor = calls.open(path, O_WRONLY);
        calls.write(descriptor, text);
        calls.close(descriptor);
    }
}
