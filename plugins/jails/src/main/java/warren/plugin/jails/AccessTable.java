package warren.plugin.jails;

import java.util.List;
import java.util.Locale;
import warren.plugin.PathAccess;

/** {@code access.txt}. */
final class AccessTable {
    private static final String NAME = "access.txt";
    private static final List<String> WAYS = List.of("read", "write", "change");

    private AccessTable() { }

    static List<PathAccess> read() {
        return Table.read(NAME).stream().map(AccessTable::access).toList();
    }

    private static PathAccess access(List<String> fields) {
        String[] words = fields.get(0).split("\\s+");
        if (fields.size() != 2 || words.length != 2 || !WAYS.contains(words[0])) {
            throw Table.malformed(NAME, fields);
        }
        return new PathAccess(words[1], PathAccess.Kind.valueOf(words[0].toUpperCase(Locale.ROOT)), true);
    }
}
