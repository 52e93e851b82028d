/** The command {@code warren}: one class a subcommand. */
package warren.launcher.command;
