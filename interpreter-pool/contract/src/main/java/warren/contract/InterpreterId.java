package warren.contract;

import java.util.Objects;

/** One interpreter, as log lines name it. The pid is what it says of itself, in its own PID namespace. */
public record InterpreterId(GenerationId generation, int pid) {
    public InterpreterId {
        Objects.requireNonNull(generation);
        if (pid < 1) {
            throw new IllegalArgumentException("a pid is 1 or more, not " + pid);
        }
    }

    @Override
    public String toString() {
        return generation + " pid=" + pid;
    }
}
