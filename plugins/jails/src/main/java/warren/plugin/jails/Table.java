package warren.plugin.jails;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A table that this plugin brings: lines of fields between colons, without comments and empty ones. */
final class Table {
    private Table() { }

    /** Each line's fields, without blanks around them. */
    static List<List<String>> read(String name) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Table.class.getResourceAsStream(name), StandardCharsets.UTF_8))) {
            return lines.lines().filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(line -> List.of(line.strip().split("\\s+:\\s+"))).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }

    static IllegalStateException malformed(String name, List<String> fields) {
        return new IllegalStateException(name + ": no such line: " + fields);
    }
}
