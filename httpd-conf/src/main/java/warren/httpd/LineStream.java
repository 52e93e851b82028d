package warren.httpd;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The lines of one file, with those of the macros that it uses put in at their {@code Use}. */
final class LineStream {
    private final Deque<Part> parts = new ArrayDeque<>();

    /** A line and where it stands. */
    record Placed(String text, Place place, Optional<Place> use) { }

    private static final class Part {
        final String file;
        final List<Lines.Line> lines;
        final String macro;
        final Optional<Place> use;
        int next;

        Part(String file, List<Lines.Line> lines, String macro, Optional<Place> use) {
            this.file = file;
            this.lines = lines;
            this.macro = macro;
            this.use = use;
        }
    }

    /** @param use the {@code Use} of a macro that included the file, where one did */
    LineStream(String file, List<Lines.Line> lines, Optional<Place> use) {
        parts.push(new Part(file, lines, "", use));
    }

    Optional<Placed> next() {
        while (!parts.isEmpty()) {
            Part part = parts.peek();
            if (part.next < part.lines.size()) {
                Lines.Line line = part.lines.get(part.next++);
                return Optional.of(new Placed(line.text(), new Place(part.file, line.number()), part.use));
            }
            parts.pop();
        }
        return Optional.empty();
    }

    boolean isInside(String macro) {
        return parts.stream().anyMatch(part -> part.macro.equals(macro));
    }

    void insert(Macro macro, List<Lines.Line> lines, Place use) {
        parts.push(new Part(macro.file(), lines, macro.name(), Optional.of(use)));
    }
}
