package warren.httpd;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What Options and AllowOverride come to, directive after directive (server/core.c: set_options, set_override). */
final class Permissions {
    private final Set<String> options = new HashSet<>(Set.of("followsymlinks"));
    private final Set<String> overrides = new HashSet<>();
    private Optional<Directive> optionsFrom = Optional.empty();
    private Optional<Directive> overridesFrom = Optional.empty();

    void apply(Directive directive) {
        if (directive.is("Options")) {
            optionsFrom = Optional.of(directive);
            options(directive.arguments());
        } else if (directive.is("AllowOverride")) {
            overridesFrom = Optional.of(directive);
            overrides.removeIf(word -> !word.startsWith("list:"));
            directive.arguments().forEach(word -> overrides.add(word.toLowerCase(Locale.ROOT)));
        } else if (directive.is("AllowOverrideList")) {
            overrides.removeIf(word -> word.startsWith("list:"));
            directive.arguments().forEach(word -> overrides.add("list:" + word.toLowerCase(Locale.ROOT)));
            overridesFrom = Optional.of(directive);
        }
    }

    private void options(List<String> words) {
        for (String word : words) {
            String option = word.toLowerCase(Locale.ROOT);
            if (option.startsWith("+")) {
                add(option.substring(1));
            } else if (option.startsWith("-")) {
                remove(option.substring(1));
            } else {
                if (word.equals(words.get(0))) {
                    options.clear();
                }
                add(option);
            }
        }
    }

    private void add(String option) {
        switch (option) {
            case "all" -> options.addAll(Set.of("includes", "execcgi", "followsymlinks", "indexes"));
            case "includesnoexec" -> options.remove("includes");
            case "none" -> options.clear();
            default -> options.add(option);
        }
    }

    private void remove(String option) {
        if (option.equals("all")) {
            options.clear();
        } else {
            options.remove(option.equals("includesnoexec") ? "includes" : option);
        }
    }

    /** The directive that gives the option (in lower case), where one does. */
    Optional<Directive> gives(String option) {
        return options.contains(option) ? optionsFrom : Optional.empty();
    }

    /** The directive that lets an .htaccess give it, where one does. */
    Optional<Directive> letsGive(String option) {
        boolean may = overrides.contains("all") || overrides.contains("options")
            || overrides.contains("list:options") || overrides.stream().anyMatch(word -> named(word, option));
        return may ? overridesFrom : Optional.empty();
    }

    private static boolean named(String word, String option) {
        return word.startsWith("options=")
            && List.of(word.substring("options=".length()).split(",")).stream()
                .anyMatch(allowed -> allowed.equals(option) || allowed.equals("all"));
    }

    /** The directive that lets an .htaccess guard something, where one does. */
    Optional<Directive> letsGuard() {
        boolean may = overrides.contains("all") || overrides.contains("authconfig") || overrides.contains("limit")
            || overrides.stream().anyMatch(word -> word.startsWith("list:")
                && Guards.isGuardName(word.substring("list:".length())));
        return may ? overridesFrom : Optional.empty();
    }
}
