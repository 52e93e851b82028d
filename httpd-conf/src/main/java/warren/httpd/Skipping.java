package warren.httpd;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Passes over sections whose lines are not to be read: those whose condition does not hold, and Perl code. */
final class Skipping {
    private final Problems problems;

    Skipping(Problems problems) {
        this.problems = problems;
    }

    /** As httpd's ap_soak_end_container: sections inside must match, nothing acts. */
    void section(String name, LineStream.Placed start, LineStream stream) {
        Deque<String> inside = new ArrayDeque<>(List.of(name));
        while (!inside.isEmpty()) {
            Optional<LineStream.Placed> line = stream.next();
            if (line.isEmpty()) {
                problem(start, "<" + name + "> is not closed", "</" + name + "> in the same file");
                return;
            }
            String word = new Words(line.get().text()).next();
            if (word.startsWith("</")) {
                String closes = word.endsWith(">") ? word.substring(2, word.length() - 1) : word.substring(2);
                if (!inside.pop().equalsIgnoreCase(closes)) {
                    problem(line.get(), word, "the end of the section that is open");
                    return;
                }
            } else if (word.startsWith("<")) {
                inside.push(word.substring(1, word.endsWith(">") ? word.length() - 1 : word.length()));
            }
        }
    }

    /** A Perl section holds code, not directives; {@code configtest} speaks about mod_perl itself. */
    void perlCode(LineStream.Placed start, LineStream stream) {
        for (Optional<LineStream.Placed> line = stream.next(); line.isPresent(); line = stream.next()) {
            if (line.get().text().equalsIgnoreCase("</Perl>")) {
                problems.error(Problems.SERVER, start.place(), "a <Perl> section, which can configure anything",
                    "directives that can be read");
                return;
            }
        }
        problem(start, "<Perl> is not closed", "</Perl> in the same file");
    }

    private void problem(LineStream.Placed line, String found, String expected) {
        problems.error(Problems.SERVER, line.place(), found, expected);
    }
}
