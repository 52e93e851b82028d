package warren.pool;

/** The launcher says why it did not launch: the machine's fault, or the configuration's, before any code of the owner's ran. */
final class NotLaunched extends LaunchRefusal {
    NotLaunched(String sentence) {
        super(sentence);
    }
}
