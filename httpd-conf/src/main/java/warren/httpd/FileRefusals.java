package warren.httpd;

import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Files that the configuration is read from, and those with secrets in them. */
final class FileRefusals {
    private final HttpdConfiguration httpd;
    private final ServerSettings server;
    private final FileGuard guard;
    private final Problems problems;

    FileRefusals(HttpdConfiguration httpd, ServerSettings server, FileGuard guard, Problems problems) {
        this.httpd = httpd;
        this.server = server;
        this.guard = guard;
        this.problems = problems;
    }

    void find() {
        Set<Path> read = new TreeSet<>(httpd.files());
        read.addAll(httpd.directories());
        Set<String> told = new LinkedHashSet<>();
        for (Path path : read) {
            Optional<String> weakness = guard.changeable(path);
            if (weakness.isPresent() && told.add(weakness.get())) {
                problems.error(Problems.SERVER, new Place(path.toString(), 1), weakness.get(),
                    "it owned by root and writable by root alone");
            }
        }
        Set<Path> secret = new TreeSet<>();
        secret.add(server.secretsFile());
        secrets(httpd.directives(), secret);
        secret.forEach(this::requireUnreadable);
    }

    private void requireUnreadable(Path file) {
        guard.readable(file).ifPresent(weakness -> problems.error(Problems.SERVER, new Place(file.toString(), 1),
            weakness, "it readable by root alone (mode 0600)"));
    }

    private static void secrets(Collection<Directive> directives, Set<Path> files) {
        for (Directive directive : directives) {
            if (holdsSecret(directive)) {
                files.add(Path.of(directive.place().file()));
            }
            secrets(directive.children(), files);
        }
    }

    private static boolean holdsSecret(Directive directive) {
        List<String> words = directive.arguments();
        return (SecretRefusals.isToken(directive) && words.size() > 1 && !directive.is("Use"))
            || (directive.key().startsWith("proxy") && words.stream().anyMatch(FileRefusals::isSecret));
    }

    static boolean isSecret(String word) {
        return word.toLowerCase(Locale.ROOT).startsWith("secret=");
    }
}
