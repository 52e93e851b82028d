package warren.launcher;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import warren.contract.PoolSettings;
import warren.httpd.Place;
import warren.plugin.Directive;

/** All limits that hold for one virtual host: those of its pool, and those of the plugins. */
final class Limits {
    private final Map<String, Place> said;
    private final List<LimitRow> rows = new ArrayList<>();

    private Limits(Map<String, Place> said) {
        this.said = said;
    }

    static List<LimitRow> of(warren.httpd.Site site, Plugins plugins) {
        return of(Sites.pool(site.pool()), site.said(), site.directives().stream().map(ConfigurationFiles::directive).toList(), plugins);
    }

    /** Those in force, for the owner to read: where each was said is the administrator's. */
    static String inForce(Site site, Plugins plugins) {
        return of(site.virtualHost().pool(), Map.of(), site.directives(), plugins).stream()
            .map(row -> String.format("%-26s %s%n", row.directive(), row.value())).collect(Collectors.joining());
    }

    private static List<LimitRow> of(PoolSettings pool, Map<String, Place> said, List<Directive> directives, Plugins plugins) {
        Limits limits = new Limits(said);
        limits.addPool(pool);
        plugins.limits(directives).forEach(limit -> limits.rows.add(
            new LimitRow(limit.directive(), limit.value(), limit.said().map(Directive::place).orElse("default"))));
        return limits.rows;
    }

    private void addPool(PoolSettings pool) {
        add("PerlInterpMax", Integer.toString(pool.max()));
        add("PerlInterpMaxRequests", Integer.toString(pool.maxRequests()));
        add("WarrenInFlightMax", Integer.toString(pool.inFlight()));
        add("WarrenQueueLength", Integer.toString(pool.queueLength()));
        add("WarrenQueueTimeout", shown(pool.deadlines().queue()));
        add("WarrenLaunchTimeout", shown(pool.deadlines().launch()));
        add("WarrenFirstByteTimeout", shown(pool.deadlines().firstByte()));
        add("WarrenResponseIdleTimeout", shown(pool.deadlines().responseIdle()));
        add("WarrenRequestTimeout", shown(pool.deadlines().request()));
        add("WarrenRequestCpuMax", shown(pool.deadlines().cpu()));
        add("WarrenWriteTimeout", shown(pool.deadlines().write()));
        add("WarrenRequestBodyMax", shown(pool.spool().requestBodyBytes()));
        add("WarrenResponseMax", pool.spool().responseBytes() == 0 ? "none" : shown(pool.spool().responseBytes()));
        add("WarrenSpoolMax", shown(pool.spool().allBytes()));
        add("WarrenRequestRate", pool.rate().perSecond() == 0 ? "none" : Integer.toString(pool.rate().perSecond()));
        add("WarrenRequestBurst", pool.rate().burst() == 0 ? "none" : Integer.toString(pool.rate().burst()));
        add("WarrenInterpMaxAge", shown(pool.recycling().age()));
        add("WarrenInterpMaxPrivate", pool.recycling().privateBytes() == 0 ? "none" : shown(pool.recycling().privateBytes()));
    }

    private void add(String directive, String value) {
        rows.add(new LimitRow(directive, value,
            said.containsKey(directive) ? said.get(directive).toString() : "default"));
    }

    private static String shown(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
    }

    private static String shown(long bytes) {
        int unit = 0;
        long left = bytes;
        while (unit < 3 && left > 0 && left % 1024 == 0) {
            left /= 1024;
            unit++;
        }
        return left + List.of("", "K", "M", "G").get(unit);
    }
}
