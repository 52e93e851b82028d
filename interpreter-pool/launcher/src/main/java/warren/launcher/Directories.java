package warren.launcher;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import warren.contract.GenerationId;

/**
 * The runtime, state and log directories, and who may enter which. Sockets lie in directories that keep others out
 * before the socket's own mode does. Each directory above must be root's and nobody else's to write: what is found
 * otherwise, or is a link, is refused and not mended.
 *
 * @param runtime sockets, gone after a stop
 * @param state tokens; root alone
 * @param logs the launcher's, the connector's and the owners' logs
 * @param spool the connector's, for bodies; a file in it has lost its name before a byte is in it
 */
public record Directories(Path runtime, Path state, Path logs, Path spool) {
    Path ajpSocket() {
        return runtime.resolve("ajp/ajp.sock");
    }

    Path launcherSocket() {
        return runtime.resolve("launcher/launcher.sock");
    }

    public Path controlSocket() {
        return runtime.resolve("control/control.sock");
    }

    public Path connectorWork() {
        return runtime.resolve("connector");
    }

    /** The connector's own socket, on which it tells its half of the status. */
    public Path connectorStatusSocket() {
        return connectorWork().resolve("status.sock");
    }

    /** The socket on which the connector hears owners. */
    public Path ownersSocket() {
        return owners().resolve("owners.sock");
    }

    Path owners() {
        return runtime.resolve("owners");
    }

    Path stageTemporary() {
        return runtime.resolve("stage");
    }

    /** Where each launch mounts a root of its own, in a mount namespace of its own: here it stays empty. */
    Path rootMount() {
        return runtime.resolve("root");
    }

    /** Where launches without a root of their own mount credentials, each for itself: here it stays empty. */
    Path credentialsMount() {
        return runtime.resolve("credentials");
    }

    /** Where owners give the values of credentials, each on a socket of his own. */
    public Path credentialIntake() {
        return runtime.resolve("intake");
    }

    Path generations() {
        return runtime.resolve("generations");
    }

    /** {@link Notes} of generations. */
    Path generationNotes() {
        return runtime.resolve("notes/generations");
    }

    /** {@link Notes} of connectors. */
    Path connectorNotes() {
        return runtime.resolve("notes/connectors");
    }

    /** Where the path of the cgroup tree is noted. */
    Path cgroupNote() {
        return runtime.resolve("notes/cgroups");
    }

    /** Locked by the launcher that runs. */
    Path lock() {
        return runtime.resolve("notes/lock");
    }

    Path generationSocket(GenerationId generation) {
        return generations().resolve(generation.fileName() + ".sock");
    }

    Path generationLog(GenerationId generation) {
        return generations().resolve(generation.fileName() + ".log");
    }

    Path connectorLogs() {
        return logs.resolve("connector");
    }

    Path ownersLogs() {
        return logs.resolve("owners");
    }

    Path connectorOutput() {
        return logs.resolve("connector.out");
    }

    /**
     * Makes all of them. What an earlier launcher left of its generations and its connector stays.
     *
     * @param httpdGroup the GID that may connect to the AJP socket
     * @param connectorUser the connector's UID
     * @param connectorGroup the connector's GID
     */
    void create(long httpdGroup, long connectorUser, long connectorGroup) throws IOException {
        make(runtime, "rwxr-xr-x", 0, 0);
        make(runtime.resolve("ajp"), "rwx--x---", 0, httpdGroup);
        make(runtime.resolve("launcher"), "rwx--x---", 0, connectorGroup);
        make(runtime.resolve("control"), "rwx------", 0, 0);
        make(runtime.resolve("stage"), "rwx------", 0, 0);
        make(rootMount(), "rwx------", 0, 0);
        make(credentialsMount(), "rwxr-xr-x", 0, 0);
        make(credentialIntake(), "rwx--x--x", 0, 0);
        make(generations(), "rwx--x---", 0, connectorGroup);
        make(runtime.resolve("notes"), "rwx------", 0, 0);
        make(generationNotes(), "rwx------", 0, 0);
        make(connectorNotes(), "rwx------", 0, 0);
        make(connectorWork(), "rwx------", connectorUser, connectorGroup);
        // everybody may go through; the connector alone makes something in it
        make(owners(), "rwx--x--x", connectorUser, connectorGroup);
        make(spool, "rwx------", connectorUser, connectorGroup);
        make(state, "rwx------", 0, 0);
        make(logs, "rwxr-xr-x", 0, 0);
        make(connectorLogs(), "rwx------", connectorUser, connectorGroup);
        make(ownersLogs(), "rwxr-xr-x", 0, 0);
    }

    /** Removes the sockets of a launcher that has ended: this one is the only one that runs. */
    void forgetLauncher() throws IOException {
        emptyOfFiles(runtime.resolve("launcher"));
        emptyOfFiles(runtime.resolve("control"));
        emptyOfFiles(credentialIntake());
    }

    /** Removes what a connector that has ended left, and the AJP socket with it. */
    void forgetConnector(long connectorUser, long connectorGroup) throws IOException {
        emptyOfFiles(runtime.resolve("ajp"));
        emptyOfFiles(connectorNotes());
        removeTree(connectorWork());
        make(connectorWork(), "rwx------", connectorUser, connectorGroup);
        removeTree(owners());
        make(owners(), "rwx--x--x", connectorUser, connectorGroup);
    }

    private static void make(Path directory, String permissions, long user, long group) throws IOException {
        requireRootAbove(directory);
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } else if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(directory + " is not a directory, expected one or nothing");
        }
        Files.setAttribute(directory, "unix:uid", (int) user, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(directory, "unix:gid", (int) group, LinkOption.NOFOLLOW_LINKS);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(permissions));
    }

    /** Every directory above exists or is made, is root's, and only root can write it. */
    private static void requireRootAbove(Path directory) throws IOException {
        Path parent = directory.toAbsolutePath().normalize().getParent();
        if (!Files.exists(parent)) {
            make(parent, "rwxr-xr-x", 0, 0);
        }
        // as it is written too: whoever can write above a link can point it elsewhere later
        requireRoots(parent.toRealPath(), directory);
        requireRoots(parent, directory);
    }

    private static void requireRoots(Path first, Path directory) throws IOException {
        for (Path above = first; above != null; above = above.getParent()) {
            int owner = (int) Files.getAttribute(above, "unix:uid");
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(above);
            if (owner != 0 || permissions.contains(PosixFilePermission.OTHERS_WRITE)
                    || permissions.contains(PosixFilePermission.GROUP_WRITE)) {
                throw new IOException(above + " belongs to UID " + owner + " with " + PosixFilePermissions.toString(permissions)
                    + ", expected a directory that only root can write, for " + directory + " lies in it");
            }
        }
    }

    private static void emptyOfFiles(Path directory) throws IOException {
        try (var entries = Files.newDirectoryStream(directory, entry -> !Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS))) {
            for (Path entry : entries) {
                Files.delete(entry);
            }
        }
    }

    /** Removes the runtime directory; state and logs stay. */
    void removeRuntime() throws IOException {
        removeTree(runtime);
    }

    /**
     * By descriptors, never by paths below it: the connector can write in its work directory, and a link put in place of
     * a directory between two looks must not lead root elsewhere.
     */
    private static void removeTree(Path directory) throws IOException {
        if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
                removeEntries((SecureDirectoryStream<Path>) entries);
            }
            Files.delete(directory);
        }
    }

    private static void removeEntries(SecureDirectoryStream<Path> directory) throws IOException {
        for (Path entry : directory) {
            Path name = entry.getFileName();
            if (directory.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .readAttributes().isDirectory()) {
                try (SecureDirectoryStream<Path> below = directory.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
                    removeEntries(below);
                }
                directory.deleteDirectory(name);
            } else {
                directory.deleteFile(name);
            }
        }
    }
}
