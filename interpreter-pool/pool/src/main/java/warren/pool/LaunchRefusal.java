package warren.pool;

/** Why a generation could not be launched, or did not become ready: one sentence. */
final class LaunchRefusal extends Exception {
    LaunchRefusal(String sentence) {
        super(sentence);
    }
}
