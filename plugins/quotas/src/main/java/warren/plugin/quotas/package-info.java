/**
 * The quotas plugin: what a virtual host, or all of an owner's together, may take of the machine. It takes part in every
 * launch. It says limits and makes no system call: those of cgroups are set by the launcher, the others by the launch
 * stage.
 */
package warren.plugin.quotas;
