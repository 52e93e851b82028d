package warren.launcher.cgroup;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A quota group's directory for one controller.
 *
 * @param version of its tree, 1 or 2
 */
record ControllerFiles(Controller controller, int version, Path directory) {
    Path file(String name) {
        return directory.resolve(name);
    }

    /** Kernels before 5.15 know weights alone. */
    boolean canBeLast() {
        return Files.exists(file(Setting.LAST));
    }
}
