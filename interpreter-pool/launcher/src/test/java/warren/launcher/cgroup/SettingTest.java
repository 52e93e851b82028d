package warren.launcher.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import warren.plugin.LaunchStep.LimitGroup;
import warren.plugin.LaunchStep.Quota;

/** Against the forms that the kernel's documentation has for each file (cgroup-v2.rst; cgroup-v1, sched-bwc.rst). */
class SettingTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        MEMORY_BYTES        | 268435456 | memory.max=268435456 memory.swap.max=0
        MEMORY_BYTES        | -1        | memory.max=max memory.swap.max=max
        MEMORY_HIGH_BYTES   | 1048576   | memory.high=1048576
        MEMORY_HIGH_BYTES   | -1        | memory.high=max
        MEMORY_KILLS_ALL    | 1         | memory.oom.group=1
        MEMORY_KILLS_ALL    | -1        | memory.oom.group=0
        PROCESSES           | 64        | pids.max=64
        PROCESSES           | -1        | pids.max=max
        CPU_WEIGHT          | 100       | cpu.weight=100
        CPU_PERCENT         | 150       | cpu.max=150000 100000
        CPU_PERCENT         | -1        | cpu.max=max 100000
        IO_READ_BYTES       | 2097152   | io.max=8:16 rbps=2097152
        IO_WRITE_BYTES      | -1        | io.max=8:16 wbps=max
        IO_READ_OPERATIONS  | 120       | io.max=8:16 riops=120
        IO_WRITE_OPERATIONS | 120       | io.max=8:16 wiops=120
        """)
    void writesVersionTwo(Quota quota, long value, String expected) {
        assertEquals(expected, shown(2, new LimitGroup(quota, value, true)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        MEMORY_BYTES        | 268435456 | memory.memsw.limit_in_bytes=-1 memory.limit_in_bytes=268435456 memory.memsw.limit_in_bytes=268435456
        MEMORY_BYTES        | -1        | memory.memsw.limit_in_bytes=-1 memory.limit_in_bytes=-1
        MEMORY_HIGH_BYTES   | 1048576   | memory.soft_limit_in_bytes=1048576
        PROCESSES           | 64        | pids.max=64
        PROCESSES           | -1        | pids.max=max
        CPU_WEIGHT          | 100       | cpu.shares=1024
        CPU_WEIGHT          | 1         | cpu.shares=10
        CPU_PERCENT         | 150       | cpu.cfs_period_us=100000 cpu.cfs_quota_us=150000
        CPU_PERCENT         | -1        | cpu.cfs_period_us=100000 cpu.cfs_quota_us=-1
        IO_READ_BYTES       | 2097152   | blkio.throttle.read_bps_device=8:16 2097152
        IO_WRITE_BYTES      | -1        | blkio.throttle.write_bps_device=8:16 0
        IO_READ_OPERATIONS  | 120       | blkio.throttle.read_iops_device=8:16 120
        IO_WRITE_OPERATIONS | 120       | blkio.throttle.write_iops_device=8:16 120
        """)
    void writesVersionOne(Quota quota, long value, String expected) {
        assertEquals(expected, shown(1, new LimitGroup(quota, value, true)));
    }

    private static String shown(int version, LimitGroup limit) {
        return Setting.of(version, limit, Optional.of("8:16")).stream()
            .map(setting -> setting.file() + "=" + setting.text()).collect(Collectors.joining(" "));
    }

    @Test
    void hasNothingToWriteWithoutADisk() {
        assertEquals(List.of(), Setting.of(2, new LimitGroup(Quota.IO_READ_BYTES, 1, false), Optional.empty()));
    }

    @ParameterizedTest
    @CsvSource({"65024, 254:0", "2065, 8:17", "64515, 252:3", "1048832, 1:256"})
    void takesDeviceNumbersApart(long device, String expected) {
        assertEquals(expected, Disk.number(device));
    }
}
