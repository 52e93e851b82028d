package warren.httpd;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The modules that httpd has, by the names that IfModule knows: {@code x_module} and the source file's. */
final class Modules {
    /** {@code apache2 -l} of Debian's httpd. */
    private static final Set<String> STATIC = Set.of(
        "core_module", "core.c", "so_module", "mod_so.c", "watchdog_module", "mod_watchdog.c", "http_module",
        "http_core.c", "log_config_module", "mod_log_config.c", "logio_module", "mod_logio.c", "version_module",
        "mod_version.c", "unixd_module", "mod_unixd.c");
    /** Modules whose source file is not named like their object. */
    private static final Map<String, String> SOURCES = Map.of(
        "mpm_event_module", "event.c", "mpm_worker_module", "worker.c", "mpm_prefork_module", "prefork.c",
        "mpm_itk_module", "mpm_itk.c", "ldap_module", "util_ldap.c", "php_module", "mod_php.c",
        "php5_module", "mod_php5.c", "php7_module", "mod_php7.c", "php8_module", "mod_php8.c");
    private final Set<String> names = new HashSet<>(STATIC);

    void load(String module, String object) {
        names.add(module);
        String source = SOURCES.get(module);
        if (source == null) {
            String file = object.substring(object.lastIndexOf('/') + 1);
            source = file.endsWith(".so") ? file.substring(0, file.length() - ".so".length()) + ".c" : file;
        }
        names.add(source);
    }

    boolean has(String name) {
        return names.contains(name);
    }

    Set<String> names() {
        return Set.copyOf(names);
    }
}
