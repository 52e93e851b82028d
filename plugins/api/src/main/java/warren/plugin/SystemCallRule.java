package warren.plugin;

import java.util.List;
import java.util.Optional;

/**
 * System calls that may be made, or are refused with an error of their own.
 *
 * @param names as in {@code syscalls(2)}; those that the machine's architecture does not have say nothing
 * @param condition on an argument that must hold for it; empty for any arguments
 * @param error the name of the errno that they fail with instead; empty where they are allowed
 * @param reason why, for whoever reads the table
 */
public record SystemCallRule(List<String> names, Optional<Condition> condition, Optional<String> error, String reason) {
    public SystemCallRule {
        names = List.copyOf(names);
    }

    /** On an argument, from 0: its bits under the mask are this value. */
    public record Condition(int argument, long mask, long value) { }
}
