package warren.httpd;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Directives that let some requests in and others not. */
final class Guards {
    private static final Set<String> NAMES = Set.of("require", "order", "allow", "deny", "satisfy", "sslrequire",
        "sslrequiressl", "sslverifyclient", "authtype", "authname", "authuserfile", "authgroupfile",
        "authbasicprovider", "authdigestprovider", "authformprovider", "authldapurl");

    private Guards() { }

    /** Whether a directive of this name, in lower case, can guard. */
    static boolean isGuardName(String name) {
        return NAMES.contains(name);
    }

    /** The first directive in the section, or in a section of it, that guards. */
    static Optional<Directive> in(Directive section) {
        return section.children().stream().filter(Directive::isSeenByHttpd)
            .flatMap(child -> child.isSection() ? in(child).stream() : guards(child) ? Stream.of(child) : Stream.empty())
            .findFirst();
    }

    /** Whether the section says that everybody may come in, which ends what stands above it. */
    static boolean opens(Directive section) {
        return section.children().stream().anyMatch(child -> words(child).equals(List.of("require", "all", "granted"))
            || words(child).equals(List.of("allow", "from", "all")));
    }

    private static boolean guards(Directive directive) {
        List<String> words = words(directive);
        String first = words.size() > 1 ? words.get(1) : "";
        return switch (directive.key()) {
            case "require" -> !words.equals(List.of("require", "all", "granted"));
            case "deny" -> !words.equals(List.of("deny", "from", "none"));
            case "allow" -> !words.equals(List.of("allow", "from", "all"));
            case "authtype", "sslverifyclient" -> !first.equals("none");
            case "sslrequire", "sslrequiressl" -> true;
            default -> false;
        };
    }

    private static List<String> words(Directive directive) {
        return Stream.concat(Stream.of(directive.key()),
            directive.arguments().stream().map(word -> word.toLowerCase(Locale.ROOT))).toList();
    }
}
