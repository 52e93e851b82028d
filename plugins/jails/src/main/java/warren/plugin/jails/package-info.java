/**
 * The jails plugin: each virtual host sees its own files and its own processes, and nothing else. What a jail has and may
 * do stands in tables, {@code root.txt}, {@code access.txt} and {@code system-calls.txt}, with a reason for each line; this package turns
 * them, and what a virtual host says, into launch steps. It makes no system call.
 */
package warren.plugin.jails;
