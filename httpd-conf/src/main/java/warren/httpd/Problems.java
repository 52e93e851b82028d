package warren.httpd;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Collects problems while a configuration is read. */
final class Problems {
    static final Optional<String> SERVER = Optional.empty();
    private final List<Problem> all = new ArrayList<>();

    void error(Optional<String> scope, Place place, String found, String expected) {
        all.add(new Problem(place.file(), place.line(), found, expected, scope, Problem.Severity.ERROR));
    }

    void warning(Optional<String> scope, Place place, String found, String expected) {
        all.add(new Problem(place.file(), place.line(), found, expected, scope, Problem.Severity.WARNING));
    }

    int count() {
        return all.size();
    }

    /** Without those that say the same of the same line: a shared include or macro is read once for each use. */
    List<Problem> all() {
        return all.stream().distinct().toList();
    }
}
