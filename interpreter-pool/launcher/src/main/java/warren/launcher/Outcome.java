package warren.launcher;

import java.util.List;

/**
 * What became of an administrator's order.
 *
 * @param good whether all was done as asked
 * @param lines for him to read
 */
public record Outcome(boolean good, List<String> lines) {
    public Outcome {
        lines = List.copyOf(lines);
    }

    static Outcome refused(String line) {
        return new Outcome(false, List.of(line));
    }
}
