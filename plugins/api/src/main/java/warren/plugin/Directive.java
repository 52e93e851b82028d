package warren.plugin;

import java.util.List;

/** One directive as it stands in httpd's configuration: its name, its arguments without quotes, and where it stands. */
public record Directive(String name, List<String> arguments, String file, int line) {
    public Directive {
        arguments = List.copyOf(arguments);
    }

    /** {@code file:line}, as problems begin. */
    public String place() {
        return file + ":" + line;
    }
}
