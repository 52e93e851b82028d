package warren.launcher.cgroup;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.plugin.LaunchStep.LimitGroup;
import warren.plugin.LaunchStep.Quota;

/** A quota group's limits: what is said of them, what holds of that for a while, and how both come into the kernel's files. */
public final class GroupLimits {
    /** {@code user.warren.*} in {@code getfattr(1)}: what is said, for the next launcher, which may find less. */
    private static final Map<Quota, String> NOTES = Map.of(Quota.CPU_WEIGHT, "warren.weight", Quota.CPU_PERCENT, "warren.percent");
    private static final int USUAL_WEIGHT = 100;
    private static final Logger LOG = LogManager.getLogger(GroupLimits.class);
    private final Path directory;
    private final Map<Controller, ControllerFiles> controllers;
    /** Held while files are written, which may take the kernel seconds: it takes memory back when its limit is lowered. */
    private final ReentrantLock writing = new ReentrantLock();
    private volatile List<LimitGroup> said = List.of();
    private Optional<String> disk = Optional.empty();
    private boolean overlapping;
    private CpuShare share = CpuShare.WHOLE;
    /** Whether something else than that may be in the kernel's files. */
    private boolean shareUncertain;

    /** @param directory of the group, in version 2's tree */
    GroupLimits(Path directory, Map<Controller, ControllerFiles> controllers) {
        this.directory = directory;
        this.controllers = controllers;
    }

    /**
     * Sets limits, which {@link #overlap} and {@link #share} adapt.
     *
     * @param device the {@code MAJOR:MINOR} of the disk that limits of I/O are meant for
     * @return those that cannot be set, with why, where they are not required
     * @throws IOException where one cannot be set that is required, or that the kernel should take
     */
    public List<String> set(List<LimitGroup> limits, Optional<String> device) throws IOException {
        writing.lock();
        try {
            List<LimitGroup> all = new ArrayList<>(limits);
            said.stream().filter(before -> limits.stream().noneMatch(limit -> limit.quota() == before.quota()))
                .forEach(before -> all.add(usual(before.quota())));
            for (Quota quota : NOTES.keySet()) {
                note(quota, of(quota, limits));
            }
            said = List.copyOf(limits);
            disk = device.or(() -> disk);
            return setAll(all);
        } finally {
            writing.unlock();
        }
    }

    /** What a cgroup has of which nothing was ever said. */
    private static LimitGroup usual(Quota quota) {
        return new LimitGroup(quota, quota == Quota.CPU_WEIGHT ? USUAL_WEIGHT : LimitGroup.NONE, false);
    }

    private void note(Quota quota, OptionalLong value) throws IOException {
        if (!value.equals(of(quota)) && Files.exists(directory)) {
            Cgroup.write(directory, NOTES.get(quota), value.isPresent() ? Long.toString(value.getAsLong()) : "");
        }
    }

    /**
     * A generation and the next run beside each other, or do so no more: meanwhile there is twice as much memory and room
     * for processes, so that what the one holds does not keep the other from being ready.
     */
    public void overlap(boolean now) throws IOException {
        writing.lock();
        try {
            if (now != overlapping) {
                overlapping = now;
                if (Files.exists(directory)) {
                    setAll(said);
                }
            }
        } finally {
            writing.unlock();
        }
    }

    private List<String> setAll(List<LimitGroup> limits) throws IOException {
        List<String> missing = new ArrayList<>();
        for (LimitGroup each : limits) {
            LimitGroup limit = inForce(each);
            Controller controller = Setting.controllerOf(limit.quota());
            Optional<String> obstacle = obstacle(limit.quota(), controller);
            if (obstacle.isEmpty()) {
                set(limit, controllers.get(controller), disk);
            } else if (!limit.isNone()) {
                String why = limit.quota() + " cannot be limited: " + obstacle.get();
                if (limit.required()) {
                    throw new IOException(why + " (WarrenQuotas strict)");
                }
                missing.add(why);
            }
        }
        return missing;
    }

    /** What holds now of what is said. */
    private LimitGroup inForce(LimitGroup limit) {
        return switch (limit.quota()) {
            case MEMORY_BYTES, MEMORY_HIGH_BYTES, PROCESSES -> limit.isNone() || !overlapping ? limit : times(2, limit);
            case CPU_WEIGHT -> times(share.weight(), limit);
            case CPU_PERCENT -> share.held() ? atMost(CpuShare.HELD_PERCENT, limit) : limit;
            default -> limit;
        };
    }

    private static LimitGroup times(double factor, LimitGroup limit) {
        return new LimitGroup(limit.quota(), Math.max(1, Math.round(factor * limit.value())), limit.required());
    }

    private static LimitGroup atMost(long value, LimitGroup limit) {
        return new LimitGroup(limit.quota(), limit.isNone() ? value : Math.min(value, limit.value()), limit.required());
    }

    private Optional<String> obstacle(Quota quota, Controller controller) {
        if (!controllers.containsKey(controller)) {
            return Optional.of("no cgroup has the controller " + controller.versionTwoName());
        }
        if (quota == Quota.MEMORY_KILLS_ALL && controllers.get(controller).version() == 1) {
            return Optional.of("version 1 of cgroups has no memory.oom.group");
        }
        return controller == Controller.IO && disk.isEmpty()
            ? Optional.of("the document root is on no one disk") : Optional.empty();
    }

    /**
     * What it has of the processors for a while, beside the others. Where nothing was said of a weight, all.
     *
     * @return false where other limits are just being written, which nobody should wait for
     */
    boolean share(CpuShare now) throws IOException {
        if (!writing.tryLock()) {
            return false;
        }
        try {
            if (controllers.containsKey(Controller.CPU)) {
                CpuShare wanted = of(Quota.CPU_WEIGHT).isPresent() ? possible(now) : CpuShare.WHOLE;
                if (shareUncertain || !wanted.equals(share)) {
                    writeShare(wanted);
                }
            }
            return true;
        } finally {
            writing.unlock();
        }
    }

    /** Where nobody can be last, the least part of the weight is what there is. */
    private CpuShare possible(CpuShare wanted) {
        return new CpuShare(wanted.weight(), wanted.last() && controllers.get(Controller.CPU).canBeLast(), wanted.held());
    }

    private void writeShare(CpuShare now) throws IOException {
        CpuShare before = share;
        boolean all = shareUncertain;
        shareUncertain = true;
        share = now;
        writeCpu(new LimitGroup(Quota.CPU_WEIGHT, of(Quota.CPU_WEIGHT).orElse(USUAL_WEIGHT), false));
        if (now.held() != before.held() || all) {
            writeCpu(new LimitGroup(Quota.CPU_PERCENT, of(Quota.CPU_PERCENT).orElse(LimitGroup.NONE), false));
        }
        shareUncertain = false;
    }

    private void writeCpu(LimitGroup limit) throws IOException {
        set(inForce(limit), controllers.get(Controller.CPU), disk);
    }

    /** An earlier launcher may have left a part of the processors: all of what is said again, as that noted it. The other limits stay. */
    void takeOver() {
        writing.lock();
        try {
            List<LimitGroup> noted = new ArrayList<>();
            for (Map.Entry<Quota, String> note : NOTES.entrySet()) {
                Optional<String> text = Cgroup.read(directory, note.getValue());
                // whatever was said once may be less now, also where it is said no more
                shareUncertain |= text.isPresent();
                text.filter(value -> !value.isEmpty()).ifPresent(value -> noted.add(new LimitGroup(note.getKey(), Long.parseLong(value), false)));
            }
            said = List.copyOf(noted);
            if (shareUncertain && controllers.containsKey(Controller.CPU)) {
                writeShare(CpuShare.WHOLE);
            }
        } catch (IOException e) {
            LOG.warn("tried again in a moment: {}", e.getMessage());
        } finally {
            writing.unlock();
        }
    }

    private void set(LimitGroup limit, ControllerFiles files, Optional<String> device) throws IOException {
        List<Setting> settings = limit.quota() == Quota.CPU_WEIGHT ? Setting.turn(files.version(), share.last(), limit)
            : Setting.of(files.version(), limit, device);
        for (Setting setting : settings) {
            Path file = files.file(setting.file());
            if (setting.optional() && !Files.exists(file)) {
                continue;
            }
            write(file, setting.text());
        }
    }

    private static void write(Path file, String text) throws IOException {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new IOException("\"" + text + "\" cannot be written to " + file + ": " + reason(e), e);
        }
    }

    private static String reason(IOException e) {
        return e instanceof FileSystemException file && file.getReason() != null ? file.getReason() : String.valueOf(e.getMessage());
    }

    /** The value that is said; nothing where none is. */
    OptionalLong of(Quota quota) {
        return of(quota, said);
    }

    private static OptionalLong of(Quota quota, List<LimitGroup> limits) {
        return limits.stream().filter(limit -> limit.quota() == quota && !limit.isNone()).mapToLong(LimitGroup::value).findFirst();
    }
}
