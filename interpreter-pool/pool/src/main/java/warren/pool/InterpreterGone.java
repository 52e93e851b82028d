package warren.pool;

import java.io.IOException;

/** Reading or writing the interpreter's connection failed, and not the client's. */
final class InterpreterGone extends Exception {
    private final boolean unread;

    InterpreterGone(IOException cause, boolean unread) {
        super(cause);
        this.unread = unread;
    }

    /** Whether it certainly has read nothing of the request. */
    boolean unread() {
        return unread;
    }
}
