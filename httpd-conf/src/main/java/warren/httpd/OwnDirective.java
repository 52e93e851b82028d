package warren.httpd;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A directive of Warren itself; all of them stand in {@link #ALL}. What accounts and other directives have to say to
 * its arguments is checked where they are used.
 */
record OwnDirective(String name, Where where, int least, int most, String expected, Predicate<List<String>> valid) {
    /** Where one may stand. */
    enum Where {
        SERVER("in the server, outside <VirtualHost>"),
        VIRTUAL_HOST("directly in a <VirtualHost>"),
        SITE("directly in a <VirtualHost> or <WarrenServiceHost>"),
        ANY("in the server, or directly in a <VirtualHost> or <WarrenServiceHost>"),
        FILES("in a <Directory>, <Files> or <FilesMatch> of a <VirtualHost>");

        private final String text;

        Where(String text) {
            this.text = text;
        }

        boolean allows(Level level, boolean nested) {
            return switch (this) {
                case SERVER -> level == Level.SERVER && !nested;
                case VIRTUAL_HOST -> level == Level.VIRTUAL_HOST && !nested;
                case SITE -> level != Level.SERVER && !nested;
                case ANY -> !nested;
                case FILES -> level == Level.VIRTUAL_HOST;
            };
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** In what a directive stands. */
    enum Level { SERVER, VIRTUAL_HOST, SERVICE_HOST }

    private static final int MOST_GROUPS = 32;
    private static final int MOST_WARM_STAGES = 64;
    private static final long LAST_ID = 4294967294L;

    /** By name in lower case. */
    static final Map<String, OwnDirective> ALL = Stream.of(
        one("WarrenUser", Where.SERVER, "a user's name or #UID", text -> true),
        one("WarrenHttpdGroup", Where.SERVER, "a group's name or #GID", text -> true),
        one("WarrenRuntimeDirectory", Where.SERVER, "an absolute path", Values::isAbsolutePath),
        one("WarrenStateDirectory", Where.SERVER, "an absolute path", Values::isAbsolutePath),
        one("WarrenLogDirectory", Where.SERVER, "an absolute path", Values::isAbsolutePath),
        one("WarrenSpoolDirectory", Where.SERVER, "an absolute path", Values::isAbsolutePath),
        number("WarrenMinimumUid", Where.SERVER, 1, LAST_ID),
        number("WarrenMinimumGid", Where.SERVER, 1, LAST_ID),
        number("WarrenWarmStages", Where.SERVER, 1, MOST_WARM_STAGES),
        new OwnDirective("WarrenUserGroup", Where.SITE, 2, 2 + MOST_GROUPS,
            "a user and a group, names or #numbers, then further groups", arguments -> true),
        one("WarrenVirtualHost", Where.VIRTUAL_HOST, Values.NAME, Values::isName),
        new OwnDirective("WarrenForwardLocation", Where.VIRTUAL_HOST, 2, 2, "a virtual host's name and a URL path "
            + "such as / or /app, without % and without a slash at the end",
            a -> Values.isName(a.get(0)) && Values.isUrlPath(a.get(1))),
        one("WarrenForwardFiles", Where.FILES, Values.NAME, Values::isName),
        new OwnDirective("WarrenApplication", Where.SITE, 2, 2, "a URL path and the absolute path of a file",
            a -> Values.isUrlPath(a.get(0)) && Values.isAbsolutePath(a.get(1)) && a.get(1).length() > 1),
        new OwnDirective("WarrenAppDirectory", Where.SITE, 1, 2, "the absolute path of a directory, and a URL path or none for /",
            a -> Values.isAbsolutePath(a.get(0)) && a.get(0).length() > 1 && (a.size() == 1 || Values.isUrlPath(a.get(1)))),
        new OwnDirective("WarrenHealthCheck", Where.SITE, 1, 2, HealthCheckValues.EXPECTED,
            a -> HealthCheckValues.isValid(a.get(0), a.size() == 1 ? "200" : a.get(1))),
        new OwnDirective("WarrenService", Where.VIRTUAL_HOST, 2, 2, "a service host's name and a URL path",
            a -> Values.isName(a.get(0)) && Values.isUrlPath(a.get(1))),
        one("WarrenLanguage", Where.ANY, "a language such as perl", Values::isWord),
        new OwnDirective("WarrenPlugin", Where.ANY, 1, MOST_GROUPS, "names of plugins, lower-case letters, digits and -",
            arguments -> arguments.stream().allMatch(Values::isWord)),
        new OwnDirective("WarrenLogRotate", Where.ANY, 1, 2, LogValues.EXPECTED,
            arguments -> LogValues.of(arguments).isPresent()),
        number("PerlInterpStart", Where.ANY, 0, 10_000),
        number("PerlInterpMax", Where.ANY, 1, 10_000),
        number("PerlInterpMinSpare", Where.ANY, 0, 10_000),
        number("PerlInterpMaxSpare", Where.ANY, 0, 10_000),
        number("PerlInterpMaxRequests", Where.ANY, 0, Integer.MAX_VALUE),
        number("WarrenInFlightMax", Where.ANY, 1, 100_000),
        number("WarrenQueueLength", Where.ANY, 0, 100_000),
        time("WarrenLaunchTimeout"),
        time("WarrenQueueTimeout"),
        time("WarrenFirstByteTimeout"),
        time("WarrenResponseIdleTimeout"),
        time("WarrenRequestTimeout"),
        time("WarrenRequestCpuMax"),
        time("WarrenWriteTimeout"),
        time("WarrenIdleTimeout"),
        time("WarrenDrainTimeout"),
        size("WarrenRequestBodyMax"),
        size("WarrenSpoolMax"),
        one("WarrenRequestRate", Where.ANY, "requests a second, 1 to 500000, or none",
            text -> text.equals(PoolReader.NONE) || Values.isNumber(text, 1, PoolReader.MOST_BURST / 2)),
        number("WarrenRequestBurst", Where.ANY, 1, PoolReader.MOST_BURST),
        time("WarrenInterpMaxAge"),
        sizeOrNone("WarrenResponseMax"),
        sizeOrNone("WarrenInterpMaxPrivate"))
        .collect(Collectors.toUnmodifiableMap(d -> d.name().toLowerCase(Locale.ROOT), d -> d));

    private static OwnDirective one(String name, Where where, String expected, Predicate<String> valid) {
        return new OwnDirective(name, where, 1, 1, expected, arguments -> valid.test(arguments.get(0)));
    }

    private static OwnDirective number(String name, Where where, long least, long most) {
        return one(name, where, "a number from " + least + " to " + most, text -> Values.isNumber(text, least, most));
    }

    private static OwnDirective size(String name) {
        return one(name, Where.ANY, Values.SIZE, text -> Values.bytes(text).isPresent());
    }

    private static OwnDirective sizeOrNone(String name) {
        return one(name, Where.ANY, "a size with its unit such as 64M, at least 1M, or none",
            text -> text.equals(PoolReader.NONE) || text.matches(".*[KMG]") && Values.bytes(text).orElse(0) >= 1 << 20);
    }

    private static OwnDirective time(String name) {
        return one(name, Where.ANY, Values.DURATION, text -> Values.duration(text).isPresent());
    }
}
