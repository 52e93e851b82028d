package warren.connector;

import java.io.IOException;

/** An interpreter's body is longer or shorter than its own Content-Length says. */
final class WrongLength extends IOException {
    WrongLength(String sentence) {
        super(sentence);
    }
}
