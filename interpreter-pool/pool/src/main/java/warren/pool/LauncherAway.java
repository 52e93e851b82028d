package warren.pool;

/** The launcher, or what it has launched, could not be asked: no fault of the virtual host's, whose next launch need not wait. */
final class LauncherAway extends LaunchRefusal {
    LauncherAway(String message) {
        super(message);
    }
}
