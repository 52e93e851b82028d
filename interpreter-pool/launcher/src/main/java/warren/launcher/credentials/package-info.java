/**
 * The store of credentials: values that virtual hosts are given at a launch, sealed on the disk. Nobody but the launcher
 * opens it; values come in by the control socket and go out in launch plans, to processes of the launcher's own making.
 */
package warren.launcher.credentials;
