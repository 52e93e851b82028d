package warren.launcher.attest;

/**
 * One property of one process.
 *
 * @param property its name, such as {@code "capabilities CapEff"} or {@code "mount /usr"}
 * @param planned as the plan has it
 * @param found as the kernel has it
 */
public record Finding(String property, String planned, String found) {
    /** Whether they agree. */
    public boolean asPlanned() {
        return planned.equals(found);
    }

    @Override
    public String toString() {
        return property + " is " + found + " where " + planned + " was planned";
    }
}
