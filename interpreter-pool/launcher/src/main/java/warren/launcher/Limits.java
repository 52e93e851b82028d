package warren.launcher;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import warren.httpd.PoolValues;
import warren.httpd.Site;

/** All limits that hold for one virtual host: those of its pool, and those of the plugins. */
final class Limits {
    private final Site site;
    private final List<LimitRow> rows = new ArrayList<>();

    private Limits(Site site) {
        this.site = site;
    }

    static List<LimitRow> of(Site site, Plugins plugins) {
        Limits limits = new Limits(site);
        limits.addPool(site.pool());
        plugins.limits(site.directives().stream().map(ConfigurationFiles::directive).toList()).forEach(limit -> limits.rows.add(
            new LimitRow(limit.directive(), limit.value(), limit.said().map(said -> said.place()).orElse("default"))));
        return limits.rows;
    }

    private void addPool(PoolValues pool) {
        add("PerlInterpMax", Integer.toString(pool.max()));
        add("PerlInterpMaxRequests", Integer.toString(pool.maxRequests()));
        add("WarrenInFlightMax", Integer.toString(pool.inFlight()));
        add("WarrenQueueLength", Integer.toString(pool.queueLength()));
        add("WarrenQueueTimeout", shown(pool.times().queue()));
        add("WarrenLaunchTimeout", shown(pool.times().launch()));
        add("WarrenFirstByteTimeout", shown(pool.times().firstByte()));
        add("WarrenResponseIdleTimeout", shown(pool.times().responseIdle()));
        add("WarrenRequestTimeout", shown(pool.times().request()));
        add("WarrenRequestCpuMax", shown(pool.times().cpu()));
        add("WarrenWriteTimeout", shown(pool.times().write()));
        add("WarrenRequestBodyMax", shown(pool.requestBodyBytes()));
        add("WarrenResponseMax", pool.responseBytes() == 0 ? "none" : shown(pool.responseBytes()));
        add("WarrenSpoolMax", shown(pool.spoolBytes()));
        add("WarrenRequestRate", pool.requestsPerSecond() == 0 ? "none" : Integer.toString(pool.requestsPerSecond()));
        add("WarrenRequestBurst", pool.burst() == 0 ? "none" : Integer.toString(pool.burst()));
        add("WarrenInterpMaxAge", shown(pool.interpreterAge()));
        add("WarrenInterpMaxPrivate", pool.interpreterPrivateBytes() == 0 ? "none" : shown(pool.interpreterPrivateBytes()));
    }

    private void add(String directive, String value) {
        rows.add(new LimitRow(directive, value,
            site.said().containsKey(directive) ? site.said().get(directive).toString() : "default"));
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
