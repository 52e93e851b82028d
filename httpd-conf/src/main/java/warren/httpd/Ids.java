package warren.httpd;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads a user or group: a name that the accounts know, or {@code #} and a decimal number. A number without {@code #}
 * is refused, for a name database may take {@code 0}, {@code 0x0} or {@code 1e3} for one UID and a system call for
 * another.
 */
final class Ids {
    /** nobody; "no change" in 16 bits; 0 in 16 bits. */
    private static final Set<Long> RESERVED = Set.of(65534L, 65535L, 65536L);
    /** 4294967295 is "no change" (setresuid(2)). */
    private static final long LAST = 4294967294L;
    private static final Pattern NUMBER = Pattern.compile("#(0|[1-9][0-9]{0,17})");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.@+\\\\-]{0,255}\\$?");
    private final Accounts accounts;

    Ids(Accounts accounts) {
        this.accounts = accounts;
    }

    /** @param expected what is wrong, for a problem's "expected"; empty where nothing is */
    record Answer(long id, Optional<String> expected) {
        private static Answer wrong(String expected) {
            return new Answer(-1, Optional.of(expected));
        }
    }

    Answer user(String text, long floor) {
        return id(text, "user", floor, NAME.matcher(text).matches() ? accounts.uid(text) : OptionalLong.empty());
    }

    Answer group(String text, long floor) {
        return id(text, "group", floor, NAME.matcher(text).matches() ? accounts.gid(text) : OptionalLong.empty());
    }

    private static Answer id(String text, String kind, long floor, OptionalLong known) {
        if (NUMBER.matcher(text).matches()) {
            return checked(Long.parseLong(text.substring(1)), kind, floor);
        }
        if (!NAME.matcher(text).matches()) {
            return Answer.wrong("a " + kind + "'s name, or # and a decimal number");
        }
        return known.isPresent() ? checked(known.getAsLong(), kind, floor)
            : Answer.wrong("a " + kind + " that exists");
    }

    private static Answer checked(long id, String kind, long floor) {
        if (id <= 0 || id > LAST || RESERVED.contains(id)) {
            return Answer.wrong("a " + kind + " from 1 to " + LAST + " other than root and nobody, not " + id);
        }
        return id < floor ? Answer.wrong("a " + kind + " from " + floor + ", the lowest allowed, not " + id)
            : new Answer(id, Optional.empty());
    }
}
