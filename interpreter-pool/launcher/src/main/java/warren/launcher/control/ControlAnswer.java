package warren.launcher.control;

import java.util.List;
import java.util.Optional;

/**
 * What the launcher answers.
 *
 * @param good whether all was done as asked
 * @param lines for the administrator to read
 * @param status with {@link ControlAsk.Verb#STATUS} only
 */
public record ControlAnswer(boolean good, List<String> lines, Optional<LauncherStatus> status) {
}
