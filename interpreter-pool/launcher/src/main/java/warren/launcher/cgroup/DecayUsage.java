package warren.launcher.cgroup;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.plugin.LaunchStep.Quota;

/**
 * Which quota group has lately taken much processor time has a smaller weight for a while, so that who wants little, such as a
 * visitor's request, need not wait until the other's turn is over: the kernel's scheduler knows weights, and forgets what was used.
 * Among those who take much the weights that are said hold as ever, and processors that nobody else wants are theirs.
 *
 * @see <a href="https://docs.kernel.org/scheduler/sched-eevdf.html">EEVDF</a>; decay-usage scheduling is what 4.3BSD's
 *     scheduler did with processes ("The Design and Implementation of the 4.3BSD UNIX Operating System", section 4.4)
 */
public final class DecayUsage {
    /** Between two looks; longer where they take processor time, up to {@link #SELDOM}. */
    private static final Duration EVERY = Duration.ofMillis(50);
    private static final Duration SELDOM = Duration.ofSeconds(1);
    /** So small a part of a processor looking may take, but for {@link #SELDOM}. */
    private static final int LOOKS_PART = 50;
    /** What comes is noticed sooner than forgotten: an attack begins at once. */
    private static final double NOTICED_SECONDS = 0.5;
    private static final double REMEMBERED_SECONDS = 1;
    /** Of a processor: while all owners together take less, nobody looks who it is; and whose account is lower has none. */
    private static final double NEGLIGIBLE = 0.01;
    /** Of a processor, for the usual weight: whoever takes less is not behind... */
    private static final double UNNOTICED = 0.125;
    /** ...unless others than owners leave them little. Then it is the mean of those who take anything, but never less. */
    private static final double LEAST_UNNOTICED = 0.0625;
    private static final double USUAL_WEIGHT = 100;
    /** 1/16: enough for who wants little to come first, and no standstill for who wants much. */
    private static final int MOST_HALVINGS = 4;
    private static final double MICROS = 1e6;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final Logger LOG = LogManager.getLogger(DecayUsage.class);

    private final CgroupTree cgroups;
    /** By the groups' names: what comes again under a name goes on with its account. */
    private final Map<String, Account> accounts = new HashMap<>();
    private Account all;
    /** Whether somebody has another weight than he should, because it could not be written. */
    private boolean unsettled;

    /**
     * What was used until a moment.
     *
     * @param lately processors, on an average that fades
     */
    private record Account(long micros, long atNanos, double lately) {
        static Account opened(long micros, long nowNanos) {
            return new Account(micros, nowNanos, 0);
        }

        /** @param nowMicros less than before where it is another cgroup's now, which began with nothing */
        Account at(long nowMicros, long nowNanos) {
            double seconds = Math.max(1, nowNanos - atNanos) / (double) TimeUnit.SECONDS.toNanos(1);
            long used = nowMicros < micros ? nowMicros : nowMicros - micros;
            double taken = used / MICROS / seconds;
            double kept = Math.exp(-seconds / (taken > lately ? NOTICED_SECONDS : REMEMBERED_SECONDS));
            return new Account(nowMicros, nowNanos, kept * lately + (1 - kept) * taken);
        }
    }

    public DecayUsage(CgroupTree cgroups) {
        this.cgroups = cgroups;
        this.all = Account.opened(cgroups.cpuMicros().orElse(0), System.nanoTime());
    }

    /** Looks from now on, on a thread of its own, as long as this process lives. */
    public void start() {
        Thread thread = new Thread(this::lookForever, "decay-usage");
        thread.setDaemon(true);
        thread.start();
    }

    private void lookForever() {
        try {
            while (true) {
                long before = THREADS.getCurrentThreadCpuTime();
                try {
                    look(System.nanoTime());
                } catch (RuntimeException e) {
                    LOG.error("processor time is looked at again in a moment", e);
                }
                long took = THREADS.getCurrentThreadCpuTime() - before;
                TimeUnit.NANOSECONDS.sleep(Math.min(SELDOM.toNanos(), Math.max(EVERY.toNanos(), LOOKS_PART * took)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @param now of {@link System#nanoTime} */
    void look(long now) {
        all = all.at(cgroups.cpuMicros().orElse(all.micros()), now);
        if (all.lately() > NEGLIGIBLE) {
            Map<String, QuotaGroup> groups = cgroups.named();
            account(groups, now);
            weigh(groups);
        } else if (unsettled || !accounts.isEmpty()) {
            accounts.clear();
            weigh(cgroups.named());
        }
    }

    private void account(Map<String, QuotaGroup> groups, long now) {
        Set<String> names = new HashSet<>(accounts.keySet());
        names.addAll(groups.keySet());
        for (String name : names) {
            // of one that has gone, nothing more comes
            OptionalLong micros = groups.containsKey(name) ? groups.get(name).cpuMicros() : OptionalLong.empty();
            Account before = accounts.getOrDefault(name, Account.opened(micros.orElse(0), now));
            accounts.put(name, before.at(micros.orElse(before.micros()), now));
        }
        accounts.entrySet().removeIf(entry -> !groups.containsKey(entry.getKey()) && entry.getValue().lately() < NEGLIGIBLE);
    }

    private void weigh(Map<String, QuotaGroup> groups) {
        double mean = accounts.values().stream().mapToDouble(Account::lately).filter(lately -> lately > NEGLIGIBLE).average()
            .orElse(UNNOTICED);
        double unnoticed = Math.max(LEAST_UNNOTICED, Math.min(UNNOTICED, mean));
        unsettled = false;
        groups.forEach((name, group) -> {
            double lately = accounts.containsKey(name) ? accounts.get(name).lately() : 0;
            scale(group, part(lately, unnoticed, group.limits().of(Quota.CPU_WEIGHT).orElse(0)));
        });
    }

    /**
     * What is left of the weight of one who has lately taken so many processors: in halves, down to a sixteenth.
     *
     * @param unnoticed what one of the usual weight may take without being behind
     * @param weight what is said, 100 mostly; 0 where nothing is
     */
    static double part(double lately, double unnoticed, long weight) {
        if (weight == 0) {
            return 1;
        }
        double times = lately * USUAL_WEIGHT / weight / unnoticed;
        int halvings = 0;
        while (halvings < MOST_HALVINGS && times > 1 << halvings) {
            halvings++;
        }
        return 1.0 / (1 << halvings);
    }

    private void scale(QuotaGroup group, double part) {
        try {
            unsettled |= !group.limits().scaleCpuWeight(part);
        } catch (IOException e) {
            unsettled = true;
            LOG.debug("{}", e.getMessage());
        }
    }
}
