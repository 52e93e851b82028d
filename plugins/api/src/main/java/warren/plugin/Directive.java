package warren.plugin;

import java.util.List;
import java.util.Optional;

/** One directive as it stands in httpd's configuration: its name, its arguments without quotes, and where it stands. */
public record Directive(String name, List<String> arguments, String file, int line) {
    public Directive {
        arguments = List.copyOf(arguments);
    }

    /** Whether it is the one of this name, in any case. */
    public boolean is(String directive) {
        return name.equalsIgnoreCase(directive);
    }

    /** The last one of this name, which is the one that holds: the virtual host's own where it says one. */
    public static Optional<Directive> last(String directive, List<Directive> directives) {
        return directives.stream().filter(found -> found.is(directive)).reduce((first, second) -> second);
    }

    /** The first argument of the last one of this name, or what holds where there is none. */
    public static String word(String directive, List<Directive> directives, String usual) {
        return last(directive, directives).map(found -> found.arguments().get(0)).orElse(usual);
    }

    /** {@code file:line}, as problems begin. */
    public String place() {
        return file + ":" + line;
    }
}
