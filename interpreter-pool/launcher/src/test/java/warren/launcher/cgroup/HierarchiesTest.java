package warren.launcher.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HierarchiesTest {
    private static final String UNIFIED = "41 31 0:37 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw";

    @Test
    void findsVersionTwoAlone() throws Exception {
        assertEquals(new Hierarchies(Path.of("/sys/fs/cgroup"), Path.of("/sys/fs/cgroup/system.slice/warren.service"), Map.of()),
            Hierarchies.of(List.of("30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate"),
                List.of("0::/system.slice/warren.service")));
    }

    @Test
    void findsTreesOfVersionOneAlsoThoseOfTwoControllers() throws Exception {
        assertEquals(new Hierarchies(Path.of("/sys/fs/cgroup/unified"), Path.of("/sys/fs/cgroup/unified"), Map.of(
                Controller.MEMORY, Path.of("/sys/fs/cgroup/memory/agent/1"),
                Controller.CPU, Path.of("/sys/fs/cgroup/cpu,cpuacct"),
                Controller.IO, Path.of("/sys/fs/cgroup/blkio"))),
            Hierarchies.of(List.of(
                "33 31 0:30 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset",
                "34 31 0:31 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct",
                "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory",
                "36 31 0:33 / /sys/fs/cgroup/blkio rw,relatime - cgroup cgroup rw,blkio", UNIFIED),
                List.of("8:cpuset:/elsewhere", "7:blkio:/", "4:memory:/agent/1", "2:cpu,cpuacct:/", "0::/")));
    }

    @Test
    void findsItsPlaceWhereOnlyAPartIsMounted() throws Exception {
        assertEquals(Path.of("/sys/fs/cgroup/inner"), Hierarchies.of(
            List.of("30 23 0:26 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup rw"), List.of("0::/docker/abc/inner")).unified());
    }

    @Test
    void saysHowToGetATree() {
        IOException e = assertThrows(IOException.class, () -> Hierarchies.of(List.of(), List.of("0::/")));
        assertEquals("no cgroup2 tree is mounted, and without one the processes of an owner cannot be held together: "
            + "mount -t cgroup2 none /sys/fs/cgroup, or see cgroups(7)", e.getMessage());
    }
}
