package warren.plugin.jails;

import java.util.List;
import warren.plugin.RootEntry;

/** {@code root.txt}. */
final class RootTable {
    private static final String NAME = "root.txt";

    private RootTable() { }

    static List<RootEntry> read() {
        return Table.read(NAME).stream().map(RootTable::entry).toList();
    }

    private static RootEntry entry(List<String> fields) {
        String[] words = fields.get(0).split("\\s+");
        if (fields.size() != 2) {
            throw Table.malformed(NAME, fields);
        }
        String path = words[1];
        return switch (words[0]) {
            case "show" -> new RootEntry.Resolved(path);
            case "as-on-host" -> new RootEntry.AsOnHost(path);
            case "directory" -> new RootEntry.Directory(path);
            case "link" -> new RootEntry.Link(path, words[2]);
            case "memory" -> new RootEntry.Memory(path, words[2]);
            case "device" -> new RootEntry.Device(path, Integer.parseInt(words[2]), Integer.parseInt(words[3]));
            case "processes" -> new RootEntry.Processes(path);
            default -> throw Table.malformed(NAME, fields);
        };
    }
}
