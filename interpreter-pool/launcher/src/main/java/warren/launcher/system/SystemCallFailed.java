package warren.launcher.system;

import java.io.IOException;

/** A system call returned an error. The message has the call, what it was about, and the errno's name. */
public final class SystemCallFailed extends IOException {
    private final String call;
    private final String errno;

    /**
     * @param call the call with what it was about: {@code "bind /run/x.sock"}
     * @param errno the errno's name, {@code "EPERM"}
     */
    public SystemCallFailed(String call, String errno) {
        super(call + ": " + errno);
        this.call = call;
        this.errno = errno;
    }

    /** The call and what it was about. */
    public String call() {
        return call;
    }

    /** The errno's name as in {@code errno(3)}. */
    public String errno() {
        return errno;
    }
}
