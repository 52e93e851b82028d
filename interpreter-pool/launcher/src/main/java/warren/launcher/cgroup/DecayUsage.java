package warren.launcher.cgroup;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.plugin.LaunchStep.Quota;

/**
 * Who has lately taken much processor time has a smaller weight for a while, so that who wants little, such as a visitor's
 * request, need not wait until the other's turn is over: the kernel's scheduler knows weights, and forgets what was used. Among those
 * who take much the weights that are said hold as ever, and processors that nobody else wants are theirs.
 *
 * @see <a href="https://docs.kernel.org/scheduler/sched-eevdf.html">EEVDF</a>; decay-usage scheduling is what 4.3BSD's
 *     scheduler did with processes ("The Design and Implementation of the 4.3BSD UNIX Operating System", section 4.4)
 */
public final class DecayUsage {
    /** Between two looks; longer where looking takes long. */
    private static final Duration EVERY = Duration.ofMillis(100);
    /** A look may take so small a part of the time. */
    private static final int LOOKS_PART = 50;
    private static final Duration REMEMBERED = Duration.ofSeconds(1);
    /** Of a processor: while all owners together take less, nobody looks who it is. */
    private static final double NEGLIGIBLE = 0.01;
    /**
     * Of a processor, for the usual weight: whoever takes less is not behind, unless others than owners leave them so little that
     * it is more than the mean of those who take anything.
     */
    private static final double UNNOTICED = 0.125;
    private static final double USUAL_WEIGHT = 100;
    /** 1/16: enough for who wants little to come first, and no standstill for who wants much. */
    private static final int MOST_HALVINGS = 4;
    private static final double MICROS = 1e6;
    private static final Logger LOG = LogManager.getLogger(DecayUsage.class);

    private final CgroupTree cgroups;
    private final Map<QuotaGroup, Account> accounts = new HashMap<>();
    private Account all;

    /**
     * What was used until a moment.
     *
     * @param lately processors, on an average of the last second that fades
     */
    private record Account(long micros, long atNanos, double lately) {
        static Account opened(long micros, long nowNanos) {
            return new Account(micros, nowNanos, 0);
        }

        Account at(long nowMicros, long nowNanos) {
            double seconds = Math.max(1, nowNanos - atNanos) / (double) TimeUnit.SECONDS.toNanos(1);
            double kept = Math.exp(-seconds / REMEMBERED.toSeconds());
            return new Account(nowMicros, nowNanos, kept * lately + (1 - kept) * (nowMicros - micros) / MICROS / seconds);
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
                long began = System.nanoTime();
                look(began);
                long took = System.nanoTime() - began;
                TimeUnit.NANOSECONDS.sleep(Math.max(EVERY.toNanos(), LOOKS_PART * took));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @param now of {@link System#nanoTime} */
    void look(long now) {
        all = all.at(cgroups.cpuMicros().orElse(all.micros()), now);
        if (all.lately() > NEGLIGIBLE) {
            weigh(now);
        } else if (!accounts.isEmpty()) {
            accounts.keySet().forEach(group -> scale(group, 1));
            accounts.clear();
        }
    }

    private void weigh(long now) {
        Map<QuotaGroup, Account> before = Map.copyOf(accounts);
        accounts.clear();
        for (QuotaGroup group : cgroups.named()) {
            OptionalLong micros = group.cpuMicros();
            if (micros.isPresent()) {
                Account account = before.getOrDefault(group, Account.opened(micros.getAsLong(), now));
                accounts.put(group, account.at(micros.getAsLong(), now));
            }
        }
        double mean = accounts.values().stream().mapToDouble(Account::lately).filter(lately -> lately > NEGLIGIBLE).average().orElse(UNNOTICED);
        accounts.forEach((group, account) ->
            scale(group, part(account.lately(), Math.min(UNNOTICED, mean), group.limits().of(Quota.CPU_WEIGHT).orElse(0))));
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
        int halvings = (int) Math.min(MOST_HALVINGS, Math.max(0, Math.round(Math.log(times) / Math.log(2))));
        return 1.0 / (1 << halvings);
    }

    private static void scale(QuotaGroup group, double part) {
        try {
            group.limits().scaleCpuWeight(part);
        } catch (IOException e) {
            LOG.debug("{}", e.getMessage());
        }
    }
}
