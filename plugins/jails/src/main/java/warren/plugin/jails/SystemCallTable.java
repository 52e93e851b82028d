package warren.plugin.jails;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import warren.plugin.SystemCallRule;

/** {@code system-calls.txt}. */
final class SystemCallTable {
    private static final String NAME = "system-calls.txt";
    private static final int FIELDS = 3;
    private static final int HEX = 16;
    private static final Pattern VERB = Pattern.compile(
        "(?:allow|refuse (?<error>E[A-Z]+))(?: when (?<argument>[0-5]) & 0x(?<mask>[0-9a-f]+) = 0x(?<value>[0-9a-f]+))?");

    private SystemCallTable() { }

    static List<SystemCallRule> read() {
        return Table.read(NAME).stream().map(SystemCallTable::rule).toList();
    }

    private static SystemCallRule rule(List<String> fields) {
        Matcher verb = VERB.matcher(fields.get(0));
        if (fields.size() != FIELDS || !verb.matches()) {
            throw Table.malformed(NAME, fields);
        }
        Optional<SystemCallRule.Condition> condition = Optional.ofNullable(verb.group("argument"))
            .map(argument -> new SystemCallRule.Condition(Integer.parseInt(argument),
                Long.parseLong(verb.group("mask"), HEX), Long.parseLong(verb.group("value"), HEX)));
        return new SystemCallRule(List.of(fields.get(1).split(" ")), condition, Optional.ofNullable(verb.group("error")),
            fields.get(2));
    }
}
