package warren.launcher.control;

import java.util.List;
import java.util.Optional;
import warren.launcher.attest.Attestation;

/**
 * What the launcher answers.
 *
 * @param good whether all was done as asked
 * @param lines for the administrator to read
 * @param status with {@link ControlAsk.Verb#STATUS} only
 * @param attestations with {@link ControlAsk.Verb#ATTEST} only
 */
public record ControlAnswer(boolean good, List<String> lines, Optional<LauncherStatus> status, List<Attestation> attestations) {
    /** One without attestations. */
    public ControlAnswer(boolean good, List<String> lines, Optional<LauncherStatus> status) {
        this(good, lines, status, List.of());
    }
}
