/**
 * The system calls that Warren makes as root: JNR-POSIX where it has them, one narrow jnr-ffi interface where it has
 * not. Nothing outside this package knows JNR. A class here carries the name of its call; each call's scope (thread or
 * process) is said where it is made.
 */
package warren.launcher.system;
