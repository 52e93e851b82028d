package warren.httpd;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The sections that hold for a directory, as httpd merges them (ap_directory_walk): the server's and the virtual
 * host's {@code <Directory>} by depth, the server's first where equal, then those with regular expressions.
 */
final class Scopes {
    private final DirectoryRules server;
    private final DirectoryRules host;

    /** @param server the rules outside virtual hosts, @param host those of the virtual host */
    Scopes(DirectoryRules server, DirectoryRules host) {
        this.server = server;
        this.host = host;
    }

    /** Everything that does not stand in a {@code <Directory>}. */
    List<Directive> others() {
        List<Directive> all = new ArrayList<>(server.others());
        all.addAll(host.others());
        return all;
    }

    /** The sections whose rules hold for the directory itself, the one that has the last word last. */
    List<Directive> at(String directory) {
        String trimmed = DirectoryRules.trimmed(directory);
        return byDepth(Stream.concat(server.at(trimmed), host.at(trimmed)));
    }

    /** The sections for directories below it. */
    List<Directive> below(String directory) {
        String trimmed = DirectoryRules.trimmed(directory);
        return byDepth(Stream.concat(server.below(trimmed), host.below(trimmed)));
    }

    private static List<Directive> byDepth(Stream<DirectoryRules.Rule> rules) {
        return rules.sorted(Comparator.comparingInt(DirectoryRules.Rule::depth)) // stable
            .map(DirectoryRules.Rule::section).toList();
    }
}
