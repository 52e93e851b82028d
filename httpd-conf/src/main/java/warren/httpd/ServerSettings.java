package warren.httpd;

import java.nio.file.Path;

/**
 * What concerns all of Warren.
 *
 * @param connectorUid the connector's UID, not 0
 * @param connectorGid the connector's GID, not 0: its account's primary group, else the number of the UID
 * @param httpdGid the group that may connect to the AJP socket
 * @param runtimeDirectory for sockets
 * @param stateDirectory for what httpd includes
 * @param logDirectory for logs
 * @param spoolDirectory for bodies too large for memory
 * @param minimumUid the lowest UID that an owner may have
 * @param minimumGid the lowest GID that an owner may have
 * @param warmStages how many launch stages wait for launches
 */
public record ServerSettings(long connectorUid, long connectorGid, long httpdGid, Path runtimeDirectory,
                             Path stateDirectory, Path logDirectory, Path spoolDirectory, long minimumUid, long minimumGid,
                             int warmStages) {
    /** The include with the tokens and the secret, readable to root alone. */
    public Path secretsFile() {
        return stateDirectory.resolve("secrets.conf");
    }
}
