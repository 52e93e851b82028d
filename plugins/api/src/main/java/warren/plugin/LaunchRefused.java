package warren.plugin;

/** A plugin refuses a launch. The message says what was found and what was expected, for the administrator. */
public final class LaunchRefused extends Exception {
    public LaunchRefused(String message) {
        super(message);
    }
}
