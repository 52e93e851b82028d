package warren.httpd;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * httpd's configuration as httpd reads it, with Warren's blocks.
 *
 * @param directives the tree, in httpd's order
 * @param files the files read
 * @param directories the directories that were looked through for files, which may grow new ones
 * @param modules the modules that httpd has, as IfModule knows them
 * @param serverRoot in force at the end
 * @param problems what httpd would stumble over
 */
public record HttpdConfiguration(List<Directive> directives, Set<Path> files, Set<Path> directories,
                                 Set<String> modules, Path serverRoot, List<Problem> problems) {
    public HttpdConfiguration {
        directives = List.copyOf(directives);
        files = Set.copyOf(files);
        directories = Set.copyOf(directories);
        modules = Set.copyOf(modules);
        problems = List.copyOf(problems);
    }

    /** Reads the configuration. What is wrong in it is among the problems; nothing is thrown for it. */
    public static HttpdConfiguration read(HttpdInvocation invocation) {
        return read(invocation, new KnownFiles(), Optional.empty());
    }

    /** Reads it for one virtual host: what files hold of others may be missing from the tree. */
    static HttpdConfiguration read(HttpdInvocation invocation, KnownFiles known, Optional<String> only) {
        known.begin(only);
        return new ConfigurationReader(invocation, known).read();
    }
}
