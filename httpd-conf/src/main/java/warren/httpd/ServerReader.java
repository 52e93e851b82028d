package warren.httpd;

import java.nio.file.Path;
import java.util.Optional;

/** The server's settings. Values that are wrong are problems of the server, and stand as their defaults meanwhile. */
final class ServerReader {
    private static final String DEFAULT_USER = "warren";
    private static final long DEFAULT_FLOOR = 1000;
    private static final int DEFAULT_WARM_STAGES = 2;
    private static final long NONE = 1;
    private final HttpdConfiguration httpd;
    private final OurDirectives ours;
    private final Accounts accounts;
    private final Ids ids;
    private final Problems problems;

    ServerReader(HttpdConfiguration httpd, OurDirectives ours, Accounts accounts, Problems problems) {
        this.httpd = httpd;
        this.ours = ours;
        this.accounts = accounts;
        this.ids = new Ids(accounts);
        this.problems = problems;
    }

    ServerSettings read(Place main) {
        Optional<Directive> user = ours.last("WarrenUser");
        Ids.Answer uid = ids.user(user.map(d -> d.argument(0)).orElse(DEFAULT_USER), NONE);
        tell(uid, user.map(Directive::reportedAt).orElse(main), "WarrenUser "
            + user.map(d -> d.argument(0)).orElse(DEFAULT_USER + ", the default"));
        long gid = accounts.primaryGid(uid.id()).orElse(uid.id());
        if (gid == 0) {
            problems.error(Problems.SERVER, user.map(Directive::reportedAt).orElse(main),
                "a connector in root's group", "a user of a group of its own");
        }
        return new ServerSettings(uid.id(), gid, httpdGroup(main), directory("WarrenRuntimeDirectory", "/run/warren"),
            directory("WarrenStateDirectory", "/var/lib/warren"), directory("WarrenLogDirectory", "/var/log/warren"), directory("WarrenSpoolDirectory", "/var/spool/warren"),
            floor("WarrenMinimumUid"), floor("WarrenMinimumGid"), warmStages());
    }

    private long httpdGroup(Place main) {
        Optional<Directive> own = ours.last("WarrenHttpdGroup");
        Optional<Directive> group = own.isPresent() ? own : httpd.directives().stream()
            .filter(directive -> directive.isSeenByHttpd() && directive.is("Group")).reduce((first, last) -> last);
        if (group.isEmpty()) {
            problems.error(Problems.SERVER, main, "no group of httpd", "Group or WarrenHttpdGroup");
            return 0;
        }
        Ids.Answer gid = ids.group(group.get().argument(0), NONE);
        tell(gid, group.get().reportedAt(), group.get().toString());
        return gid.id();
    }

    private void tell(Ids.Answer answer, Place place, String found) {
        answer.expected().ifPresent(expected -> problems.error(Problems.SERVER, place, found, expected));
    }

    private Path directory(String directive, String otherwise) {
        return Path.of(ours.last(directive).map(found -> found.argument(0)).orElse(otherwise));
    }

    private int warmStages() {
        return ours.last("WarrenWarmStages").map(found -> Integer.parseInt(found.argument(0))).orElse(DEFAULT_WARM_STAGES);
    }

    private long floor(String directive) {
        return ours.last(directive).map(found -> Long.parseLong(found.argument(0))).orElse(DEFAULT_FLOOR);
    }
}
