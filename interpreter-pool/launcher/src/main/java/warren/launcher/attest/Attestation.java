package warren.launcher.attest;

import java.util.List;

/**
 * One process of a generation, as it was found.
 *
 * @param virtualHost whose
 * @param generation its number
 * @param pid as the launcher knows it
 * @param findings all that was compared
 */
public record Attestation(String virtualHost, int generation, int pid, List<Finding> findings) {
    public Attestation {
        findings = List.copyOf(findings);
    }
}
