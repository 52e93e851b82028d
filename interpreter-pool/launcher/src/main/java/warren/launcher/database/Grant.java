package warren.launcher.database;

/**
 * One owner's right to one database, by his UID alone.
 *
 * @param uid whom the kernel tells the server of
 * @param gid his primary group
 * @param role as the server calls him: the name of the account that has the UID
 * @param database he may do everything in it, and reach no other
 */
public record Grant(long uid, long gid, String role, String database) {
    /** What names may be: they stand in SQL and in configuration files. */
    private static final String NAME = "[A-Za-z_][A-Za-z0-9_.-]{0,62}";

    public Grant {
        require("role", role);
        require("database", database);
    }

    private static void require(String what, String name) {
        if (!name.matches(NAME)) {
            throw new IllegalArgumentException("the " + what + " \"" + name + "\": expected up to 63 letters, digits, dots, hyphens"
                + " and underscores, a letter or an underscore first");
        }
    }
}
