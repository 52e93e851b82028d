package warren.httpd;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/** The {@code <Directory>} sections of a server or virtual host, found by path: there may be one for each owner. */
final class DirectoryRules {
    private static final Pattern PLAIN = Pattern.compile("[^*?\\[]*");
    private static final Pattern UNUSED = Pattern.compile("");
    private final NavigableMap<String, List<Rule>> plain = new TreeMap<>();
    private final List<Rule> wild = new ArrayList<>();
    private final List<Directive> others = new ArrayList<>();

    /** One section; {@code pattern} is of no use where the path is plain. Regular expressions come last of all. */
    record Rule(Directive section, String path, boolean regex, Pattern pattern, int depth) { }

    DirectoryRules(List<Directive> directives) {
        directives.forEach(this::take);
    }

    List<Directive> others() {
        return others;
    }

    private void take(Directive directive) {
        boolean directory = directive.isSection() && directive.isSeenByHttpd()
            && (directive.is("Directory") || directive.is("DirectoryMatch"));
        if (!directory) {
            others.add(directive);
            return;
        }
        boolean tilde = directive.argument(0).equals("~");
        boolean regex = tilde || directive.is("DirectoryMatch");
        String path = regex ? directive.argument(tilde ? 1 : 0) : trimmed(directive.argument(0));
        if (regex) {
            wild.add(new Rule(directive, path, true, regex(path), Integer.MAX_VALUE));
        } else if (PLAIN.matcher(path).matches()) {
            plain.computeIfAbsent(path, p -> new ArrayList<>(1))
                .add(new Rule(directive, path, false, UNUSED, depth(path)));
        } else {
            wild.add(new Rule(directive, path, false, Globs.name(path), depth(path)));
        }
    }

    /** PCRE knows more than Java: what Java cannot read holds everywhere, rather one question too many. */
    private static Pattern regex(String expression) {
        try {
            return Pattern.compile(expression);
        } catch (PatternSyntaxException e) {
            return Pattern.compile("");
        }
    }

    /** Those that hold for the directory itself. */
    Stream<Rule> at(String directory) {
        List<Rule> found = new ArrayList<>();
        int own = depth(directory);
        for (int depth = 0; depth <= own; depth++) {
            found.addAll(plain.getOrDefault(upTo(directory, depth), List.of()));
        }
        wild.stream().filter(rule -> holdsAt(rule, directory)).forEach(found::add);
        return found.stream();
    }

    private static boolean holdsAt(Rule rule, String directory) {
        if (rule.regex) {
            return rule.pattern.matcher(directory).find() || rule.pattern.matcher(directory + "/").find();
        }
        return rule.depth <= depth(directory) && rule.pattern.matcher(upTo(directory, rule.depth)).matches();
    }

    /** Those for directories below it. */
    Stream<Rule> below(String directory) {
        String first = directory.equals("/") ? "/" : directory + "/";
        String end = first.substring(0, first.length() - 1) + (char) ('/' + 1);
        Collection<List<Rule>> deeper = plain.subMap(first, false, end, false).values();
        return Stream.concat(deeper.stream().flatMap(List::stream),
            wild.stream().filter(rule -> !rule.regex && liesBelow(rule, directory)));
    }

    /** Whether a path with wildcards can name a directory deeper than the given one. */
    private static boolean liesBelow(Rule rule, String directory) {
        int depth = depth(directory);
        return rule.depth > depth && Globs.name(upTo(rule.path, depth)).matcher(directory).matches();
    }

    static int depth(String path) {
        int slashes = 0;
        for (int i = path.indexOf('/'); i >= 0; i = path.indexOf('/', i + 1)) {
            slashes++;
        }
        return path.equals("/") ? 0 : slashes;
    }

    private static String upTo(String path, int depth) {
        int end = 0;
        for (int i = 0; i < depth; i++) {
            int next = path.indexOf('/', end + 1);
            end = next < 0 ? path.length() : next;
        }
        return end == 0 ? "/" : path.substring(0, end);
    }

    static String trimmed(String path) {
        return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }
}
