package warren.pool;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.Ask;

/**
 * How much memory interpreters share with nobody, looked at after their requests: of all pools together, so that one ask of the
 * launcher tells it of many. Who has more than he may is replaced. No visitor waits for it.
 */
final class Weighing {
    private static final Logger LOG = LogManager.getLogger(Weighing.class);
    /** Where the launcher does not answer they may have been closed meanwhile: no more of them are kept. */
    private static final int MOST_WAITING = 10_000;
    private final LauncherClient launcher;
    private final Shared shared;
    private final Round usual = new Round(Duration.ofSeconds(1));
    /** Of those that had half of what they may. */
    private final Round large = new Round(Duration.ofMillis(100));

    Weighing(LauncherClient launcher, Shared shared) {
        this.launcher = launcher;
        this.shared = shared;
    }

    /** @param most bytes, for one that has just served; 0 where it may have any */
    void add(Interpreter interpreter, long most) {
        if (most > 0) {
            (interpreter.isLarge() ? large : usual).add(interpreter, most);
        }
    }

    /** Those that have served since the last one, at most so often. */
    private final class Round {
        private final long everyNanos;
        private final Map<Interpreter, Long> due = new ConcurrentHashMap<>();
        private final AtomicBoolean planned = new AtomicBoolean();
        private volatile long lastNanos;

        private Round(Duration every) {
            this.everyNanos = every.toNanos();
            this.lastNanos = System.nanoTime() - everyNanos;
        }

        private void add(Interpreter interpreter, long most) {
            if (due.size() < MOST_WAITING) {
                due.put(interpreter, most);
            }
            plan();
        }

        /** Not a second one, where the launcher takes long. */
        private void plan() {
            if (!due.isEmpty() && planned.compareAndSet(false, true)) {
                shared.after(Duration.ofNanos(Math.max(0, lastNanos + everyNanos - System.nanoTime())), this::run);
            }
        }

        private void run() {
            lastNanos = System.nanoTime();
            List<Map.Entry<Interpreter, Long>> all = take();
            try {
                for (int from = 0; from < all.size(); from += Ask.TellPrivateMemory.MOST_WEIGHED) {
                    weigh(all.subList(from, Math.min(all.size(), from + Ask.TellPrivateMemory.MOST_WEIGHED)));
                }
            } catch (IOException e) {
                LOG.info("interpreters cannot be weighed: {}", e.getMessage());
            } finally {
                planned.set(false);
                plan();
            }
        }

        private List<Map.Entry<Interpreter, Long>> take() {
            List<Map.Entry<Interpreter, Long>> taken = new ArrayList<>();
            for (Map.Entry<Interpreter, Long> one : due.entrySet()) {
                due.remove(one.getKey());
                taken.add(Map.entry(one.getKey(), one.getValue()));
            }
            return taken;
        }
    }

    private void weigh(List<Map.Entry<Interpreter, Long>> some) throws IOException {
        List<Long> bytes = launcher.privateMemory(some.stream()
            .map(one -> new Ask.ToWeigh(one.getKey().id(), one.getValue() / 2)).toList());
        for (int i = 0; i < some.size(); i++) {
            Interpreter interpreter = some.get(i).getKey();
            if (interpreter.weighs(bytes.get(i), some.get(i).getValue())) {
                LOG.info("{} has {} KB of its own and is replaced (WarrenInterpMaxPrivate)", interpreter, bytes.get(i) >> 10);
            }
        }
    }
}
