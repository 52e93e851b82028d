package warren.launcher.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The disk that a file lies on, for limits of I/O, which hold for whole disks only. */
public final class Disk {
    private Disk() { }

    /** Its {@code MAJOR:MINOR}, of a partition that of its disk; empty where the file system has no one disk. */
    public static Optional<String> of(Path file) {
        try {
            long device = ((Number) Files.getAttribute(file, "unix:dev")).longValue();
            Path block = Path.of("/sys/dev/block", number(device));
            if (!Files.exists(block)) {
                return Optional.empty();
            }
            Path real = block.toRealPath();
            Path disk = Files.exists(real.resolve("partition")) ? real.getParent() : real;
            return Optional.of(Files.readString(disk.resolve("dev")).strip());
        } catch (IOException unknown) {
            return Optional.empty();
        }
    }

    /** {@code makedev(3)} backwards. */
    static String number(long device) {
        long major = device >>> 8 & 0xfff | device >>> 32 & ~0xfffL;
        long minor = device & 0xff | device >>> 12 & 0xffffff00L;
        return major + ":" + minor;
    }
}
