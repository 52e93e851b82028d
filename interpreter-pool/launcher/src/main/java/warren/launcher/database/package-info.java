/**
 * Databases of this machine that know their clients by UID: PostgreSQL's {@code peer} and MariaDB's {@code unix_socket}.
 * What one needs to know an owner is worked out, shown, done and tried. Part of the command; the launcher has no use for it.
 */
package warren.launcher.database;
