package warren.launcher;

import java.util.Optional;

/**
 * Whom a virtual host's code runs as.
 *
 * @param name his account's; empty where he has none
 */
public record OwnersAccount(long uid, long gid, Optional<String> name) { }
