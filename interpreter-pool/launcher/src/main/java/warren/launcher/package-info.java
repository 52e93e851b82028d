/**
 * The launcher: the only privileged part, configuration in, processes out. {@link warren.launcher.Launcher} puts it
 * together; {@link warren.launcher.Generations#launch} is the launch's path on this side of the launch stage. It
 * never parses what a client or an owner wrote.
 */
package warren.launcher;
