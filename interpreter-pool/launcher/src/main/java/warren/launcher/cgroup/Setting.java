package warren.launcher.cgroup;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import warren.plugin.LaunchStep.LimitGroup;
import warren.plugin.LaunchStep.Quota;

/**
 * What is written to one file of a controller for a limit, in the kernel's forms.
 *
 * @param file its name
 * @param text what is written; its line's end is not needed
 * @param optional whether a kernel may lack the file
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html">cgroup v2, "Controllers"</a>
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/">cgroup v1: memory, pids, blkio-controller; and
 *     scheduler/sched-bwc, scheduler/sched-design-CFS</a>
 */
record Setting(String file, String text, boolean optional) {
    /** 1: it comes after all others beside it, and can have no weight; 0. Both versions have it since Linux 5.15. */
    static final String LAST = "cpu.idle";
    private static final long CPU_PERIOD_MICROS = 100_000;
    private static final int DEFAULT_WEIGHT = 100;
    private static final int DEFAULT_SHARES = 1024;

    static Controller controllerOf(Quota quota) {
        return switch (quota) {
            case MEMORY_BYTES, MEMORY_HIGH_BYTES, MEMORY_KILLS_ALL -> Controller.MEMORY;
            case PROCESSES -> Controller.PROCESSES;
            case CPU_WEIGHT, CPU_PERCENT -> Controller.CPU;
            case IO_READ_BYTES, IO_WRITE_BYTES, IO_READ_OPERATIONS, IO_WRITE_OPERATIONS -> Controller.IO;
        };
    }

    /** As version 2 has it, from 1 to 10000. */
    static long weightOf(long shares) {
        return Math.max(1, Math.round((double) shares * DEFAULT_WEIGHT / DEFAULT_SHARES));
    }

    /** @param device the {@code MAJOR:MINOR} of the disk for limits of I/O; without one there are none to set */
    static List<Setting> of(int version, LimitGroup limit, Optional<String> device) {
        return version == 2 ? versionTwo(limit, device) : versionOne(limit, device);
    }

    /** Coming last, or a weight, in the order in which the kernel takes it: from one that comes last it takes no weight. */
    static List<Setting> turn(int version, boolean last, LimitGroup weight) {
        List<Setting> settings = new ArrayList<>(List.of(new Setting(LAST, last ? "1" : "0", true)));
        if (!last) {
            settings.addAll(of(version, weight, Optional.empty()));
        }
        return settings;
    }

    private static List<Setting> versionTwo(LimitGroup limit, Optional<String> device) {
        String value = limit.isNone() ? "max" : Long.toString(limit.value());
        return switch (limit.quota()) {
            // what is swapped out is not in memory.max: a hard limit has no swap beside it
            case MEMORY_BYTES -> List.of(must("memory.max", value), new Setting("memory.swap.max", limit.isNone() ? "max" : "0", true));
            case MEMORY_HIGH_BYTES -> List.of(must("memory.high", value));
            case MEMORY_KILLS_ALL -> List.of(must("memory.oom.group", limit.isNone() ? "0" : "1"));
            case PROCESSES -> List.of(must("pids.max", value));
            case CPU_WEIGHT -> List.of(must("cpu.weight", value));
            case CPU_PERCENT -> List.of(must("cpu.max",
                (limit.isNone() ? "max" : Long.toString(quotaMicros(limit))) + " " + CPU_PERIOD_MICROS));
            case IO_READ_BYTES -> onDevice("io.max", device, "rbps=" + value);
            case IO_WRITE_BYTES -> onDevice("io.max", device, "wbps=" + value);
            case IO_READ_OPERATIONS -> onDevice("io.max", device, "riops=" + value);
            case IO_WRITE_OPERATIONS -> onDevice("io.max", device, "wiops=" + value);
        };
    }

    private static List<Setting> versionOne(LimitGroup limit, Optional<String> device) {
        String value = Long.toString(limit.isNone() ? -1 : limit.value());
        String orNone = Long.toString(limit.isNone() ? 0 : limit.value());
        return switch (limit.quota()) {
            case MEMORY_BYTES -> memory(limit, value);
            case MEMORY_HIGH_BYTES -> List.of(must("memory.soft_limit_in_bytes", value));
            // version 1 kills one process at a time, QuotaGroup says so
            case MEMORY_KILLS_ALL -> List.of();
            case PROCESSES -> List.of(must("pids.max", limit.isNone() ? "max" : value));
            case CPU_WEIGHT -> List.of(must("cpu.shares",
                Long.toString(Math.max(2, limit.value() * DEFAULT_SHARES / DEFAULT_WEIGHT))));
            case CPU_PERCENT -> List.of(must("cpu.cfs_period_us", Long.toString(CPU_PERIOD_MICROS)),
                must("cpu.cfs_quota_us", Long.toString(limit.isNone() ? -1 : quotaMicros(limit))));
            case IO_READ_BYTES -> onDevice("blkio.throttle.read_bps_device", device, orNone);
            case IO_WRITE_BYTES -> onDevice("blkio.throttle.write_bps_device", device, orNone);
            case IO_READ_OPERATIONS -> onDevice("blkio.throttle.read_iops_device", device, orNone);
            case IO_WRITE_OPERATIONS -> onDevice("blkio.throttle.write_iops_device", device, orNone);
        };
    }

    /** The limit of memory and swap may never be below that of memory: so it goes first upwards, and last downwards. */
    private static List<Setting> memory(LimitGroup limit, String value) {
        Setting open = new Setting("memory.memsw.limit_in_bytes", "-1", true);
        List<Setting> settings = new ArrayList<>(List.of(open, must("memory.limit_in_bytes", value)));
        if (!limit.isNone()) {
            settings.add(new Setting("memory.memsw.limit_in_bytes", value, true));
        }
        return settings;
    }

    private static long quotaMicros(LimitGroup limit) {
        return limit.value() * CPU_PERIOD_MICROS / 100;
    }

    private static List<Setting> onDevice(String file, Optional<String> device, String value) {
        return device.map(number -> List.of(must(file, number + " " + value))).orElse(List.of());
    }

    private static Setting must(String file, String text) {
        return new Setting(file, text, false);
    }
}
