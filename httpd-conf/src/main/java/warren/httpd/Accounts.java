package warren.httpd;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the host's account database knows, looked up once while the configuration is read. The caller decides how, and
 * answers empty where there is no such account.
 */
public interface Accounts {
    /** The UID of a user. */
    OptionalLong uid(String user);

    /** The primary GID of the account with this UID. */
    OptionalLong primaryGid(long uid);

    /** The GID of a group. */
    OptionalLong gid(String group);

    /** The name of the account with this UID. */
    Optional<String> name(long uid);

    /** The home directory of the account with this UID. */
    Optional<String> home(long uid);
}
