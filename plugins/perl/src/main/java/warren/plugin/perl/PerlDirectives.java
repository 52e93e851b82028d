package warren.plugin.perl;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import warren.plugin.Directive;
import warren.plugin.DirectiveRule;
import warren.plugin.LaunchRefused;

/**
 * mod_perl's directives as this plugin takes them: followed, harmless, or refused with a sentence that says what to do
 * instead. The {@code PerlInterp*} ones that size the pool are not here: they are the pool's, for every language.
 *
 * @see <a href="https://perl.apache.org/docs/2.0/user/config/config.html">mod_perl 2.0 Server Configuration</a>
 */
final class PerlDirectives {
    private static final int ANY_NUMBER = 1000;
    private static final Pattern MODULE = Pattern.compile("[A-Za-z_]\\w*(::\\w+)*");
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_]\\w*");
    private static final Pattern DIRECTORY = Pattern.compile("(/[^/\\x00]+)+");
    private static final Set<String> HARMLESS_OPTIONS =
        Set.of("+enable", "+parent", "+clone", "+setupenv", "+parseheaders", "+mergehandlers");
    private static final Set<String> OUR_RESPONSE_HANDLERS = Set.of(
        "ModPerl::Registry", "ModPerl::RegistryPrefork", "ModPerl::PerlRun", "ModPerl::PerlRunPrefork");
    private static final List<String> HANDLERS_INSIDE_HTTPD = List.of(
        "PerlOpenLogsHandler", "PerlPostConfigHandler", "PerlChildInitHandler", "PerlChildExitHandler",
        "PerlPreConnectionHandler", "PerlProcessConnectionHandler", "PerlPostReadRequestHandler", "PerlTransHandler",
        "PerlMapToStorageHandler", "PerlInitHandler", "PerlHeaderParserHandler", "PerlAccessHandler",
        "PerlAuthenHandler", "PerlAuthzHandler", "PerlTypeHandler", "PerlFixupHandler", "PerlLogHandler",
        "PerlCleanupHandler", "PerlInputFilterHandler", "PerlOutputFilterHandler", "PerlSetInputFilter",
        "PerlSetOutputFilter");

    private PerlDirectives() { }

    static List<DirectiveRule> all() {
        List<DirectiveRule> rules = new ArrayList<>(List.of(
            each("PerlModule", "modules' names such as My::Shop", word -> MODULE.matcher(word).matches()),
            each("PerlRequire", "absolute paths of Perl files", PerlDirectives::isAbsolute),
            each("PerlConfigRequire", "absolute paths of Perl files", PerlDirectives::isAbsolute),
            each("PerlPostConfigRequire", "absolute paths of Perl files", PerlDirectives::isAbsolute),
            new DirectiveRule("PerlSetEnv", 2, 2, "a variable's name and its value", PerlDirectives::checkSetEnv),
            new DirectiveRule("PerlSetVar", 2, 2, "a variable's name and its value", PerlDirectives::checkVariable),
            new DirectiveRule("PerlAddVar", 2, ANY_NUMBER, "a variable's name and its values",
                PerlDirectives::checkVariable),
            new DirectiveRule("PerlSwitches", 1, ANY_NUMBER, PerlSwitches.EXPECTED, PerlSwitches::check),
            each("PerlOptions", "options that hold anyway: +Enable +Parent +Clone +SetupEnv +ParseHeaders +MergeHandlers",
                word -> HARMLESS_OPTIONS.contains(word.toLowerCase(Locale.ROOT))),
            each("PerlInterpScope", "request: an interpreter is one request's at a time", "request"::equalsIgnoreCase),
            each("PerlResponseHandler", "ModPerl::Registry or ModPerl::PerlRun; anything else runs inside httpd only"
                + " and is to be written as a PSGI application", OUR_RESPONSE_HANDLERS::contains),
            new DirectiveRule("WarrenPluginDirectory", 1, 1, "the absolute path of a directory, without . and ..",
                PerlDirectives::checkDirectory),
            refused("PerlPassEnv", "no environment is passed on to an interpreter: use PerlSetEnv NAME VALUE"),
            refused("PerlLoadModule", "a module cannot add directives to httpd here: use PerlModule"),
            refused("PerlTrace", "it traces mod_perl itself, which does not run here")));
        for (String handler : HANDLERS_INSIDE_HTTPD) {
            rules.add(refused(handler, "it runs inside httpd, where owners' code must not run; the responses alone are"
                + " Warren's (for access and authentication use httpd's own modules)"));
        }
        return Collections.unmodifiableList(rules);
    }

    static List<Directive> named(String name, List<Directive> directives) {
        return directives.stream().filter(directive -> directive.name().equalsIgnoreCase(name)).toList();
    }

    /** Where the owner's plugins are: the last one said. */
    static Optional<String> pluginDirectory(List<Directive> directives) {
        List<Directive> said = named("WarrenPluginDirectory", directives);
        return said.isEmpty() ? Optional.empty() : Optional.of(said.getLast().arguments().get(0));
    }

    /** The launch's own check: what is refused here was not checked when the configuration was read. */
    static void requireAllUnderstood(List<Directive> directives) throws LaunchRefused {
        for (Directive directive : directives) {
            DirectiveRule rule = all().stream().filter(r -> r.name().equalsIgnoreCase(directive.name())).findFirst()
                .orElseThrow(() -> new LaunchRefused(directive.place() + ": " + directive.name()
                    + ", expected a directive of the Perl plugin"));
            int count = directive.arguments().size();
            Optional<String> wrong = count < rule.leastArguments() || count > rule.mostArguments()
                ? Optional.of(count + " arguments") : rule.check().apply(directive.arguments());
            if (wrong.isPresent()) {
                throw new LaunchRefused(directive.place() + ": " + directive.name() + ": " + wrong.get()
                    + ", expected " + rule.expected());
            }
        }
    }

    private static DirectiveRule each(String name, String expected, Predicate<String> fits) {
        Function<List<String>, Optional<String>> check = words ->
            words.stream().filter(fits.negate()).findFirst().map(word -> "\"" + word + "\"");
        return new DirectiveRule(name, 1, ANY_NUMBER, expected, check);
    }

    private static DirectiveRule refused(String name, String why) {
        return new DirectiveRule(name, 0, ANY_NUMBER, "no such directive", words -> Optional.of(why));
    }

    private static boolean isAbsolute(String word) {
        return word.startsWith("/") && word.indexOf('\0') < 0;
    }

    private static Optional<String> checkDirectory(List<String> words) {
        String word = words.get(0);
        boolean fits = DIRECTORY.matcher(word).matches() && Path.of(word).normalize().toString().equals(word);
        return fits ? Optional.empty() : Optional.of("\"" + word + "\"");
    }

    private static Optional<String> checkVariable(List<String> words) {
        return words.get(0).isEmpty() ? Optional.of("an empty name") : Optional.empty();
    }

    private static Optional<String> checkSetEnv(List<String> words) {
        String name = words.get(0);
        if (!VARIABLE.matcher(name).matches()) {
            return Optional.of("the name \"" + name + "\"");
        }
        if (name.startsWith("WARREN_")) {
            return Optional.of("the name \"" + name + "\", which is Warren's own");
        }
        return words.get(1).indexOf('\0') >= 0 ? Optional.of("a value with NUL") : Optional.empty();
    }
}
