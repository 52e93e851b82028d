/**
 * The credentials plugin: which credentials of the launcher's store a virtual host is given. It never sees a value; it
 * names them, and the launcher and the launch stage do the rest.
 */
package warren.plugin.credentials;
