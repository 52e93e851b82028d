package warren.httpd;

import java.util.Objects;
import java.util.Optional;

/**
 * Something in the configuration that is not as it should be.
 *
 * @param file where
 * @param line the line there, from 1
 * @param found what was found
 * @param expected what was expected
 * @param virtualHost the virtual host or service host that it concerns; empty where it concerns the server
 * @param severity whether Warren can work all the same
 */
public record Problem(String file, int line, String found, String expected, Optional<String> virtualHost,
                      Severity severity) {
    /** An error of the server stops everything, one of a virtual host quarantines that virtual host. */
    public enum Severity { ERROR, WARNING }

    public Problem {
        Objects.requireNonNull(file);
        Objects.requireNonNull(virtualHost);
        Objects.requireNonNull(severity);
        found = Printable.of(found);
        expected = Printable.of(expected);
    }

    /** Whether Warren must not start with it, or not take this configuration. */
    public boolean stopsEverything() {
        return severity == Severity.ERROR && virtualHost.isEmpty();
    }

    /** Whether its virtual host must not serve. */
    public boolean quarantines() {
        return severity == Severity.ERROR && virtualHost.isPresent();
    }

    /** {@code file:line: found, expected …}, as {@code warren configtest} prints it. */
    @Override
    public String toString() {
        return file + ":" + line + ": " + (severity == Severity.WARNING ? "warning: " : "") + found
            + ", expected " + expected;
    }
}
