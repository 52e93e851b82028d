package warren.httpd;

import java.time.Duration;
import java.util.Optional;

/** A pool's settings out of its directives. A default gives way to a setting that it does not fit. */
final class PoolReader {
    private final PoolValues defaults;
    private final Problems problems;

    PoolReader(PoolValues defaults, Problems problems) {
        this.defaults = defaults;
        this.problems = problems;
    }

    PoolValues read(OurDirectives all, String name) {
        int max = (int) number(all, "PerlInterpMax", defaults.max());
        int start = within(all, "PerlInterpStart", defaults.start(), max, "PerlInterpMax", name);
        int maxSpare = within(all, "PerlInterpMaxSpare", Math.max(defaults.maxSpare(),
            (int) number(all, "PerlInterpMinSpare", 0)), max, "PerlInterpMax", name);
        int minSpare = within(all, "PerlInterpMinSpare", defaults.minSpare(), maxSpare, "PerlInterpMaxSpare", name);
        return new PoolValues(start, max, minSpare, maxSpare,
            (int) number(all, "PerlInterpMaxRequests", defaults.maxRequests()),
            (int) number(all, "WarrenQueueLength", defaults.queueLength()),
            time(all, "WarrenQueueTimeout", defaults.queueTimeout()),
            time(all, "WarrenLaunchTimeout", defaults.launchTimeout()),
            time(all, "WarrenRequestTimeout", defaults.requestTimeout()),
            time(all, "WarrenIdleTimeout", defaults.idleTimeout()),
            time(all, "WarrenDrainTimeout", defaults.drainTimeout()));
    }

    private int within(OurDirectives all, String directive, int otherwise, int most, String limit, String name) {
        Optional<Directive> set = all.last(directive);
        long value = number(all, directive, Math.min(otherwise, most));
        if (set.isPresent() && value > most) {
            problems.error(Optional.of(name), set.get().reportedAt(), set.get().toString(),
                "at most " + most + ", which is " + limit);
        }
        return (int) Math.min(value, most);
    }

    private static long number(OurDirectives all, String directive, long otherwise) {
        return all.last(directive).map(found -> Long.parseLong(found.argument(0))).orElse(otherwise);
    }

    private static Duration time(OurDirectives all, String directive, Duration otherwise) {
        return all.last(directive).flatMap(found -> Values.duration(found.argument(0))).orElse(otherwise);
    }
}
