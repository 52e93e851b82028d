/**
 * The launch plugin interface. A host plugin is a jar that the administrator installs; it turns a virtual host's
 * directives into launch steps, as data, and makes no system call itself. The launch stage performs the steps in the
 * order that {@link warren.plugin.Place} fixes. A plugin that is asked for and missing, or that refuses, refuses the
 * launch.
 */
package warren.plugin;
