package warren.httpd;

import java.util.List;

/** A plugin's directive that holds for a virtual host, with its name as the plugin documents it. */
public record PluginDirective(String name, List<String> arguments, String file, int line) {
    public PluginDirective {
        arguments = List.copyOf(arguments);
    }
}
