package warren.pool;

import java.io.IOException;

/** Reading or writing the interpreter's connection failed, and not the client's. */
final class InterpreterGone extends Exception {
    InterpreterGone(IOException cause) {
        super(cause);
    }
}
