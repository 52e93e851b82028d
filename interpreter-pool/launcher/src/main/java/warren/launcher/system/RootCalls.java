package warren.launcher.system;

import java.util.Optional;

/**
 * The system calls that put a root together, {@code mount_setattr(2)} and its relatives of Linux 5.12. Descriptors are
 * close-on-exec. Every method throws {@link SystemCallFailed} where its call fails.
 */
public interface RootCalls {
    /** For {@link #openPath}: the path is absolute. */
    int NOWHERE = -1;
    /** Attributes for {@link #setMountAttributes}, {@code MOUNT_ATTR_*} of {@code linux/mount.h}. */
    long READ_ONLY = 0x1;
    /** Set-UID and set-GID bits and file capabilities are of no effect. */
    long NO_SUID = 0x2;
    /** Devices cannot be opened. */
    long NO_DEVICES = 0x4;

    /**
     * {@code openat2(2)} with O_PATH: where no component is a symbolic link.
     *
     * @param directory that the path begins in and may not leave, or {@link #NOWHERE}
     */
    int openPath(int directory, String path) throws SystemCallFailed;

    /**
     * The same with what symbolic links lead to, for absolute paths that only root can change; through no magic link, as those
     * in {@code /proc/PID/fd} are.
     */
    int openResolved(String path) throws SystemCallFailed;

    /** Whether it is one, by {@code faccessat(2)}. */
    boolean isDirectory(int descriptor);

    /** {@code readlink(2)}; empty where it is no symbolic link, or nothing. */
    Optional<String> readLink(String path);

    /** {@code open_tree(2)} with OPEN_TREE_CLONE and AT_RECURSIVE: a copy of the mounts there, attached nowhere. */
    int copyTree(int descriptor) throws SystemCallFailed;

    /** {@code mount_setattr(2)}, with AT_RECURSIVE. */
    void setMountAttributes(int tree, long attributes) throws SystemCallFailed;

    /** {@code mount_setattr(2)} of the mount at the root alone. */
    void setRootReadOnly() throws SystemCallFailed;

    /**
     * {@code setns(2)} with CLONE_NEWNS, {@code fchdir(2)}, {@code chroot(2)}: back into a mount namespace that this thread was
     * in, and to what was its root and is its directory there. Thread, where it has had a mount namespace of its own.
     */
    void returnTo(int namespace, int root) throws SystemCallFailed;

    /** {@code move_mount(2)} onto what a descriptor names. */
    void attachTree(int tree, int target) throws SystemCallFailed;

    /** {@code mkdir(2)}; one that is there is good. */
    void makeDirectory(String path, int mode) throws SystemCallFailed;

    /** {@code symlink(2)}. */
    void makeLink(String target, String path) throws SystemCallFailed;

    /** {@code open(2)} with O_CREAT and O_EXCL, {@code write(2)}: a new file with mode 0444. */
    void makeFile(String path, String text) throws SystemCallFailed;

    /** {@code open(2)}, {@code write(2)}, {@code fchown(2)}: a new file of this user's with mode 0400. */
    void makeSecretFile(String path, byte[] content, long user, long group) throws SystemCallFailed;

    /** {@code lchown(2)} of a directory. */
    void giveDirectory(String path, long user, long group) throws SystemCallFailed;

    /** {@code mknod(2)}: a character device with mode 0666. */
    void makeDevice(String path, int major, int minor) throws SystemCallFailed;

    /**
     * {@code pivot_root(2)} with "." for both, {@code umount2(2)} of "." with MNT_DETACH, {@code chdir(2)}: the current
     * directory becomes the root, and what was the root is gone.
     */
    void pivotRoot() throws SystemCallFailed;
}
