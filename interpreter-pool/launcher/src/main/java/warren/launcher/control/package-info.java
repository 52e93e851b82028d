/**
 * The administrator's door: {@code warren reload}, {@code stop} and {@code status} talk to the launcher over a Unix
 * socket in a directory that only root can enter. One JSON object asks, one answers.
 */
package warren.launcher.control;
