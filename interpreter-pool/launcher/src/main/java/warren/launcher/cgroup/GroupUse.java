package warren.launcher.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What a quota group takes, and how often it came to a limit, by the kernel's account. Empty where the kernel does not
 * tell.
 *
 * @param memoryBytes now, with what the kernel keeps for it (page cache, sockets)
 * @param memoryPeakBytes most at a time
 * @param memoryReached how often it came to its limit, which version 1 does not tell
 * @param memoryKills processes that the kernel has killed because memory was out
 * @param processes now, threads too
 * @param processesPeak most at a time
 * @param processesRefused forks that were refused
 * @param cpuWeight now, of the usual 100; 0 where it comes last
 * @param cpuMicros processor time
 * @param throttledMicros time in which it had to wait for its ceiling
 */
public record GroupUse(
        OptionalLong memoryBytes, OptionalLong memoryPeakBytes, OptionalLong memoryReached, OptionalLong memoryKills,
        OptionalLong processes, OptionalLong processesPeak, OptionalLong processesRefused, OptionalLong cpuWeight,
        OptionalLong cpuMicros, OptionalLong throttledMicros) {
    private static final int NANOS_OF_MICRO = 1000;
    private static final long MICROS_OF_SECOND = 1_000_000;

    /** What limits did since the group was made, for the log, such as {@code "2 killed for memory"}; empty where nothing. */
    public String hits() {
        List<String> hits = new ArrayList<>();
        memoryKills.ifPresent(count -> add(hits, count, " killed for memory"));
        processesRefused.ifPresent(count -> add(hits, count, " forks refused"));
        throttledMicros.ifPresent(micros -> add(hits, micros / MICROS_OF_SECOND, " s held back by a ceiling of the processor"));
        return String.join(", ", hits);
    }

    private static void add(List<String> hits, long count, String what) {
        if (count > 0) {
            hits.add(count + what);
        }
    }

    /** @param directory in version 2's tree, which tells the processor time whoever has the controller */
    static GroupUse read(Path directory, Map<Controller, ControllerFiles> controllers) {
        ControllerFiles memory = controllers.get(Controller.MEMORY);
        ControllerFiles processes = controllers.get(Controller.PROCESSES);
        ControllerFiles cpu = controllers.get(Controller.CPU);
        boolean old = isOld(memory);
        return new GroupUse(
            number(memory, old ? "memory.usage_in_bytes" : "memory.current"),
            number(memory, old ? "memory.max_usage_in_bytes" : "memory.peak"),
            old ? OptionalLong.empty() : field(memory, "memory.events", "max"),
            memoryKills(controllers),
            number(processes, "pids.current"), number(processes, "pids.peak"), forksRefused(controllers),
            weight(cpu), cpuMicros(directory), throttled(cpu));
    }

    /** Of all that is or was in a cgroup of version 2, in microseconds. */
    static OptionalLong cpuMicros(Path directory) {
        return field(directory.resolve("cpu.stat"), "usage_usec");
    }

    /** Processes that the kernel has killed because memory was out. */
    static OptionalLong memoryKills(Map<Controller, ControllerFiles> controllers) {
        ControllerFiles memory = controllers.get(Controller.MEMORY);
        return field(memory, isOld(memory) ? "memory.oom_control" : "memory.events", "oom_kill");
    }

    private static boolean isOld(ControllerFiles files) {
        return files != null && files.version() == 1;
    }

    /** Forks that were refused because there were as many processes as may be. */
    static OptionalLong forksRefused(Map<Controller, ControllerFiles> controllers) {
        return field(controllers.get(Controller.PROCESSES), "pids.events", "max");
    }

    private static OptionalLong weight(ControllerFiles cpu) {
        if (number(cpu, Setting.LAST).orElse(0) == 1) {
            return OptionalLong.of(0);
        }
        if (cpu == null || cpu.version() == 2) {
            return number(cpu, "cpu.weight");
        }
        OptionalLong shares = number(cpu, "cpu.shares");
        return shares.isPresent() ? OptionalLong.of(Setting.weightOf(shares.getAsLong())) : shares;
    }

    private static OptionalLong throttled(ControllerFiles cpu) {
        if (cpu == null || cpu.version() == 2) {
            return field(cpu, "cpu.stat", "throttled_usec");
        }
        OptionalLong nanos = field(cpu, "cpu.stat", "throttled_time");
        return nanos.isPresent() ? OptionalLong.of(nanos.getAsLong() / NANOS_OF_MICRO) : nanos;
    }

    private static OptionalLong number(ControllerFiles files, String name) {
        return files == null ? OptionalLong.empty() : parse(read(files.file(name)).strip());
    }

    /** Of lines of a name and a number. */
    private static OptionalLong field(ControllerFiles files, String name, String key) {
        return files == null ? OptionalLong.empty() : field(files.file(name), key);
    }

    private static OptionalLong field(Path file, String key) {
        for (String line : read(file).split("\n")) {
            if (line.startsWith(key + " ")) {
                return parse(line.substring(key.length() + 1));
            }
        }
        return OptionalLong.empty();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException withoutIt) {
            return "";
        }
    }

    private static OptionalLong parse(String text) {
        return text.matches("[0-9]{1,18}") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
    }
}
