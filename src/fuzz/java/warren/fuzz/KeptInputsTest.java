package warren.fuzz;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Everything that was ever worth keeping, again, on each build. */
final class KeptInputsTest {
    @ParameterizedTest
    @EnumSource
    void areStillAnsweredRightly(Target target) throws Throwable {
        assertFalse(target.inputs().isEmpty(), "no input in " + target.corpus());
        for (Path input : target.inputs()) {
            try {
                target.run(Files.readAllBytes(input));
            } catch (Throwable failure) {
                throw new AssertionError(input + ": " + failure.getMessage(), failure);
            }
        }
    }
}
