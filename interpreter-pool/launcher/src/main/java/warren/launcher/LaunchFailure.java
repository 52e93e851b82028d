package warren.launcher;

import java.util.Optional;
import warren.contract.Answer;
import warren.contract.VirtualHostName;

/** A launch did not come about. It carries what the administrator and the owner are told. */
final class LaunchFailure extends Exception {
    private final String step;
    private final String call;
    private final Optional<String> errno;
    private final String hint;

    LaunchFailure(String step, String call, Optional<String> errno, String hint) {
        super("step=" + step + " call=" + call + errno.map(e -> " errno=" + e).orElse("") + ": " + hint);
        this.step = step;
        this.call = call;
        this.errno = errno;
        this.hint = hint;
    }

    /** The answer to an ask for this virtual host. */
    Answer.LaunchFailed answer(VirtualHostName name) {
        return new Answer.LaunchFailed(name, step, call, errno, hint);
    }
}
