package warren.plugin.perl;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * {@code PerlSwitches}: those of perl's command line that change how code is compiled and where it is found. Those that
 * bring another program, wrap it, or start a debugger are refused ({@code perlrun(1)}).
 */
final class PerlSwitches {
    static final String EXPECTED = "-T, -t, -w, -W, -X or -I with an absolute directory";
    private static final Pattern PLAIN = Pattern.compile("-[TtwWX]+");

    private PerlSwitches() { }

    static Optional<String> check(List<String> words) {
        Iterator<String> rest = words.iterator();
        while (rest.hasNext()) {
            String word = rest.next();
            boolean separate = word.equals("-I");
            if (separate && !rest.hasNext()) {
                return Optional.of("-I without a directory");
            }
            String directory = separate ? rest.next() : word.startsWith("-I") ? word.substring(2) : "/";
            if (!directory.startsWith("/") || !word.startsWith("-I") && !PLAIN.matcher(word).matches()) {
                return Optional.of("\"" + word + (separate ? " " + directory : "") + "\"");
            }
        }
        return Optional.empty();
    }
}
