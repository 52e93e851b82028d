package warren.launcher.cgroup;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.plugin.LaunchStep.Quota;

/**
 * Which quota group has lately taken much processor time has a smaller weight for a while, so that who wants little, such as a
 * visitor's request, need not wait until the other's turn is over: the kernel's scheduler knows weights, and forgets what was used.
 * Who takes three eighths of a processor while others want little comes last: the kernel then takes a processor that only he is on for idle,
 * and whoever wakes has it at once. Among those who take much the weights that are said hold while nobody else wants
 * anything, and processors that nobody else wants are theirs.
 *
 * <p>One whose forks are refused again and again is held: each copies a process before it fails, under locks of the kernel's that
 * everybody needs who starts one, and a weight only makes him keep them longer.
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
    /** Of a processor, for the usual weight: whoever takes more comes last, where somebody takes less. */
    private static final double LAST_FROM = 0.375;
    private static final double REFUSALS_REMEMBERED_SECONDS = 0.3;
    /** 1/16: enough for who wants little to come first, and no standstill for who wants much. */
    private static final int MOST_HALVINGS = 4;
    private static final double MICROS = 1e6;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final Logger LOG = LogManager.getLogger(DecayUsage.class);

    private final CgroupTree cgroups;
    /** By the groups' names: what comes again under a name goes on with its account. */
    private final Map<String, Account> accounts = new HashMap<>();
    private final Holds holds = new Holds();
    private final Thread thread = new Thread(this::lookForever, "decay-usage");
    private Rate all;
    /** Whether somebody has another weight than he should, because it could not be written. */
    private boolean unsettled;

    /**
     * What was counted until a moment.
     *
     * @param perSecond on an average that fades
     */
    private record Rate(long count, long atNanos, double perSecond) {
        static Rate opened(long count, long nowNanos) {
            return new Rate(count, nowNanos, 0);
        }

        /** @param nowCount less than before where it is another cgroup's now, which began with nothing */
        Rate at(long nowCount, long nowNanos, double rememberedSeconds) {
            double seconds = Math.max(1, nowNanos - atNanos) / (double) TimeUnit.SECONDS.toNanos(1);
            long more = nowCount < count ? nowCount : nowCount - count;
            double now = more / seconds;
            double kept = Math.exp(-seconds / (now > perSecond ? NOTICED_SECONDS : rememberedSeconds));
            return new Rate(nowCount, nowNanos, kept * perSecond + (1 - kept) * now);
        }
    }

    /** @param refused forks, where somebody looked the last time */
    private record Account(Rate micros, Optional<Rate> refused) {
        /** Processors, lately. */
        double lately() {
            return micros.perSecond() / MICROS;
        }

        /** Forks in a second, lately. */
        double refusedLately() {
            return refused.map(Rate::perSecond).orElse(0.0);
        }
    }

    public DecayUsage(CgroupTree cgroups) {
        this.cgroups = cgroups;
        this.all = Rate.opened(cgroups.cpuMicros().orElse(0), System.nanoTime());
    }

    /** Looks from now on, on a thread of its own, as long as this process lives. */
    public void start() {
        thread.setDaemon(true);
        thread.start();
    }

    /** No more from when this returns. */
    public void stop() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
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
        all = all.at(cgroups.cpuMicros().orElse(all.count()), now, REMEMBERED_SECONDS);
        if (all.perSecond() / MICROS > NEGLIGIBLE) {
            Map<String, QuotaGroup> groups = cgroups.named();
            account(groups, now);
            weigh(groups, now);
        } else if (unsettled || !accounts.isEmpty()) {
            accounts.clear();
            weigh(cgroups.named(), now);
        }
    }

    private void account(Map<String, QuotaGroup> groups, long now) {
        Set<String> names = new HashSet<>(accounts.keySet());
        names.addAll(groups.keySet());
        for (String name : names) {
            accounts.put(name, account(Optional.ofNullable(groups.get(name)), Optional.ofNullable(accounts.get(name)), now));
        }
        accounts.entrySet().removeIf(entry -> !groups.containsKey(entry.getKey()) && entry.getValue().lately() < NEGLIGIBLE);
    }

    /** @param group none of one that has gone: nothing more comes */
    private static Account account(Optional<QuotaGroup> group, Optional<Account> before, long now) {
        OptionalLong used = group.map(QuotaGroup::cpuMicros).orElse(OptionalLong.empty());
        Rate micros = before.map(Account::micros).orElse(Rate.opened(used.orElse(0), now));
        micros = micros.at(used.orElse(micros.count()), now, REMEMBERED_SECONDS);
        // a further file: of those alone who take much, or were refused some
        boolean suspect = micros.perSecond() / MICROS > LEAST_UNNOTICED || before.filter(one -> one.refusedLately() > 1).isPresent();
        return new Account(micros, suspect && group.isPresent() ? refused(group.get(), before.flatMap(Account::refused), now) : Optional.empty());
    }

    private static Optional<Rate> refused(QuotaGroup group, Optional<Rate> before, long now) {
        Optional<Long> count = group.forksRefused().stream().boxed().findFirst();
        return before.map(rate -> rate.at(count.orElse(rate.count()), now, REFUSALS_REMEMBERED_SECONDS))
            .or(() -> count.map(read -> Rate.opened(read, now)));
    }

    private void weigh(Map<String, QuotaGroup> groups, long now) {
        double mean = accounts.values().stream().mapToDouble(Account::lately).filter(lately -> lately > NEGLIGIBLE).average()
            .orElse(UNNOTICED);
        double unnoticed = Math.max(LEAST_UNNOTICED, Math.min(UNNOTICED, mean));
        boolean somebodyWantsLittle = groups.entrySet().stream().anyMatch(one -> lately(one.getKey()) > NEGLIGIBLE
            && weight(one.getValue()) > 0 && !takesMuch(one.getKey(), one.getValue()) && !holds.isHeld(one.getKey()));
        unsettled = false;
        groups.forEach((name, group) -> {
            // what has no weight of its own cannot be held
            boolean held = weight(group) > 0 && holds.holds(name, accounts.containsKey(name) ? accounts.get(name).refusedLately() : 0, now);
            share(group, new CpuShare(part(times(lately(name), unnoticed, weight(group))), somebodyWantsLittle && takesMuch(name, group), held));
        });
        holds.keep(accounts.keySet());
    }

    private boolean takesMuch(String name, QuotaGroup group) {
        return times(lately(name), LAST_FROM, weight(group)) > 1;
    }

    /** What is said; 0 where nothing is. */
    private static long weight(QuotaGroup group) {
        return group.limits().of(Quota.CPU_WEIGHT).orElse(0);
    }

    private double lately(String name) {
        return accounts.containsKey(name) ? accounts.get(name).lately() : 0;
    }

    /**
     * How many times as much as unnoticed is one has lately taken.
     *
     * @param lately processors
     * @param unnoticed what one of the usual weight may take
     * @param weight what is said, 100 mostly; 0 where nothing is
     */
    static double times(double lately, double unnoticed, long weight) {
        return weight == 0 ? 0 : lately * USUAL_WEIGHT / weight / unnoticed;
    }

    /** What is left of the weight of such a one: in halves, down to a sixteenth. */
    static double part(double times) {
        int halvings = 0;
        while (halvings < MOST_HALVINGS && times > 1 << halvings) {
            halvings++;
        }
        return 1.0 / (1 << halvings);
    }

    private void share(QuotaGroup group, CpuShare share) {
        try {
            unsettled |= !group.limits().share(share);
        } catch (IOException e) {
            unsettled = true;
            LOG.debug("{}", e.getMessage());
        }
    }
}
