package warren.pool;

import java.io.IOException;

/** A request's body was taken, and now the file that holds it cannot be read. No fault of the interpreter's. */
final class BodyUnreadable extends IOException {
    BodyUnreadable(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
