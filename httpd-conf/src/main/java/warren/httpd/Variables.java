package warren.httpd;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What Define, UnDefine and {@code -D} set, and the environment. A name's case matters to IfDefine but not to
 * <code>${NAME}</code>, as in httpd (ap_exists_config_define and ap_resolve_env in server/core.c).
 */
final class Variables {
    private final Set<String> defined = new HashSet<>();
    private final Map<String, String> values = new HashMap<>();
    private final Map<String, String> environment;

    Variables(Set<String> names, Map<String, String> environment) {
        this.defined.addAll(names);
        this.environment = Map.copyOf(environment);
    }

    void define(String name) {
        defined.add(name);
    }

    void define(String name, String value) {
        defined.add(name);
        values.put(name.toLowerCase(Locale.ROOT), value);
    }

    void undefine(String name) {
        defined.remove(name);
        values.remove(name.toLowerCase(Locale.ROOT));
    }

    boolean isDefined(String name) {
        return defined.contains(name);
    }

    /**
     * The line with its variables replaced. An unknown one stays as it is and is told to {@code unknown}; one with a
     * colon belongs to a RewriteMap.
     */
    String expand(String line, Consumer<String> unknown) {
        int dollar = line.indexOf("${");
        if (dollar < 0) {
            return line;
        }
        StringBuilder expanded = new StringBuilder();
        int from = 0;
        for (; dollar >= 0; dollar = line.indexOf("${", from)) {
            int end = line.indexOf('}', dollar + 2);
            if (end < 0) {
                break;
            }
            expanded.append(line, from, dollar).append(value(line.substring(dollar + 2, end), unknown));
            from = end + 1;
        }
        return expanded.append(line, from, line.length()).toString();
    }

    private String value(String name, Consumer<String> unknown) {
        String value = values.get(name.toLowerCase(Locale.ROOT));
        value = value == null ? environment.get(name) : value;
        if (value != null) {
            return value;
        }
        if (name.indexOf(':') < 0) {
            unknown.accept(name);
        }
        return "${" + name + "}";
    }
}
