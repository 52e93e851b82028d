package warren.pool;

/** Why a generation could not be launched, or did not become ready: one sentence. */
sealed class LaunchRefusal extends Exception permits LauncherAway, NotLaunched {
    LaunchRefusal(String sentence) {
        super(sentence);
    }
}
