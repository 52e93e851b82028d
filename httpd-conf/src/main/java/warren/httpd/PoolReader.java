package warren.httpd;

import java.time.Duration;
import java.util.Optional;

/** A pool's settings out of its directives. A default gives way to a setting that it does not fit. */
final class PoolReader {
    static final int MOST_BURST = 1_000_000;
    static final String NONE = "none";
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
            (int) number(all, "WarrenInFlightMax", defaults.inFlight()),
            (int) number(all, "WarrenQueueLength", defaults.queueLength()), times(all),
            size(all, "WarrenRequestBodyMax", defaults.requestBodyBytes()),
            sizeOrNone(all, "WarrenResponseMax", defaults.responseBytes()),
            size(all, "WarrenSpoolMax", defaults.spoolBytes()), rate(all), burst(all, name),
            time(all, "WarrenInterpMaxAge", defaults.interpreterAge()),
            sizeOrNone(all, "WarrenInterpMaxPrivate", defaults.interpreterPrivateBytes()));
    }

    private int rate(OurDirectives all) {
        return all.last("WarrenRequestRate").map(found -> found.argument(0).equals(NONE) ? 0 : Integer.parseInt(found.argument(0)))
            .orElse(defaults.requestsPerSecond());
    }

    /** Twice the rate where nothing is said. */
    private int burst(OurDirectives all, String name) {
        int rate = rate(all);
        Optional<Directive> said = all.last("WarrenRequestBurst");
        if (said.isPresent() && (rate == 0 || Integer.parseInt(said.get().argument(0)) < rate)) {
            problems.error(Optional.of(name), said.get().reportedAt(), said.get().toString(), rate == 0
                ? "a WarrenRequestRate beside it" : "at least " + rate + ", which is WarrenRequestRate");
            return 0;
        }
        return said.map(found -> Integer.parseInt(found.argument(0))).orElse(Math.min(2 * rate, MOST_BURST));
    }

    private PoolValues.Times times(OurDirectives all) {
        PoolValues.Times otherwise = defaults.times();
        return new PoolValues.Times(
            time(all, "WarrenLaunchTimeout", otherwise.launch()),
            time(all, "WarrenQueueTimeout", otherwise.queue()),
            time(all, "WarrenFirstByteTimeout", otherwise.firstByte()),
            time(all, "WarrenResponseIdleTimeout", otherwise.responseIdle()),
            time(all, "WarrenRequestTimeout", otherwise.request()),
            time(all, "WarrenWriteTimeout", otherwise.write()),
            time(all, "WarrenIdleTimeout", otherwise.idle()),
            time(all, "WarrenDrainTimeout", otherwise.drain()),
            time(all, "WarrenRequestCpuMax", otherwise.cpu()));
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

    /** 0 for none. */
    private static long sizeOrNone(OurDirectives all, String directive, long otherwise) {
        return all.last(directive).filter(found -> found.argument(0).equals(NONE)).isPresent() ? 0
            : size(all, directive, otherwise);
    }

    private static long size(OurDirectives all, String directive, long otherwise) {
        return all.last(directive).map(found -> Values.bytes(found.argument(0)).orElseThrow()).orElse(otherwise);
    }
}
