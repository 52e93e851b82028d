package warren.httpd;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Debian's envvars file, which apache2ctl sources before it starts httpd. Root runs no shell for it: understood are
 * assignments, {@code export}, {@code unset}, <code>$NAME</code>, <code>${NAME}</code>, <code>${NAME:-default}</code>
 * and {@code if}, of which the branch for Debian's single instance is taken unless the configuration lies in
 * {@code /etc/apache2-NAME}. Anything else is passed over.
 */
final class Envvars {
    private static final Pattern ASSIGNMENT = Pattern.compile("(export\\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)");
    private static final Pattern EXPORT = Pattern.compile("export\\s+([A-Za-z_][A-Za-z0-9_]*)");
    private static final Pattern WORD = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"|'([^']*)'|([^\\s#;&|`()<>]*)");
    private static final Pattern VARIABLE =
        Pattern.compile("\\$(?:([A-Za-z_][A-Za-z0-9_]*)|\\{([A-Za-z_][A-Za-z0-9_]*)(?::?-([^}]*))?\\})");
    private static final String INSTANCE = "/etc/apache2-";
    private final Map<String, String> values = new HashMap<>();
    private final Map<String, String> exported = new TreeMap<>();
    private final boolean instance;
    private boolean otherwise;
    private int depth;

    private Envvars(Path file, Map<String, String> environment) {
        String directory = String.valueOf(file.getParent());
        instance = directory.startsWith(INSTANCE);
        values.putAll(environment);
        values.putIfAbsent("APACHE_CONFDIR", directory);
        values.put("\0suffix", instance ? directory.substring(INSTANCE.length()) : directory);
    }

    /** The exported variables. */
    static Map<String, String> read(Path file, Lines lines, Map<String, String> environment) throws IOException {
        Envvars envvars = new Envvars(file, environment);
        for (Lines.Line line : lines.of(file)) {
            envvars.take(line.text());
        }
        return Map.copyOf(envvars.exported);
    }

    private void take(String line) {
        if (line.startsWith("if ")) {
            depth++;
            otherwise = false;
        } else if (line.equals("else")) {
            otherwise = true;
        } else if (line.equals("fi")) {
            depth--;
            otherwise = false;
        } else if (depth == 0 || instance != otherwise) {
            statement(line);
        }
    }

    private void statement(String line) {
        Matcher assignment = ASSIGNMENT.matcher(line);
        Matcher export = EXPORT.matcher(line);
        if (assignment.matches()) {
            values.put(assignment.group(2), value(assignment.group(3)));
            if (assignment.group(1) != null) {
                exported.put(assignment.group(2), values.get(assignment.group(2)));
            }
        } else if (export.matches() && values.containsKey(export.group(1))) {
            exported.put(export.group(1), values.get(export.group(1)));
        }
    }

    private String value(String text) {
        Matcher word = WORD.matcher(text);
        if (!word.lookingAt()) {
            return "";
        }
        if (word.group(2) != null) {
            return word.group(2);
        }
        return expand(word.group(1) != null ? word.group(1) : word.group(3));
    }

    private String expand(String text) {
        String plain = text.replace("${APACHE_CONFDIR##" + INSTANCE + "}", values.get("\0suffix"));
        return VARIABLE.matcher(plain).replaceAll(found -> {
            String name = found.group(1) != null ? found.group(1) : found.group(2);
            String otherwiseValue = found.group(3) == null ? "" : found.group(3);
            return Matcher.quoteReplacement(values.getOrDefault(name, otherwiseValue));
        });
    }
}
