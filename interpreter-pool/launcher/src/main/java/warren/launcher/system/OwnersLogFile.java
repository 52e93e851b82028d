package warren.launcher.system;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * {@code open(2)}, {@code fchown(2)}, {@code fsetxattr(2)}: a log file that the connector's user writes and one owner
 * reads. The owner is named in an access control list ({@code acl(5)}), not by the file's group: owners may share a
 * group and must not read each other's logs. On a file system without lists the file stays closed to the owner.
 */
public final class OwnersLogFile {
    private static final int O_WRONLY = 01;
    private static final int O_CREAT = 0100;
    private static final int O_NOFOLLOW = 0400000;
    private static final int O_APPEND = 02000;
    private static final int READ = 4;
    private static final int WRITE = 2;
    /** {@code struct posix_acl_xattr_entry}: tag, permissions, id (linux/posix_acl_xattr.h). */
    private static final int USER_OBJECT = 0x01;
    private static final int USER = 0x02;
    private static final int GROUP_OBJECT = 0x04;
    private static final int MASK = 0x10;
    private static final int OTHER = 0x20;
    private static final int VERSION = 2;
    private static final int ENTRIES = 5;

    private OwnersLogFile() { }

    /**
     * Makes it or leaves it, and sets who may do what.
     *
     * @return false where the file system has no access control lists
     */
    public static boolean prepare(String path, long writer, long reader) throws SystemCallFailed {
        Libc libc = Libc.INSTANCE;
        int descriptor = Linux.check(
            libc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | Linux.O_CLOEXEC, 0600), "open " + path);
        try {
            Linux.check(libc.fchown(descriptor, (int) writer, 0), "fchown " + path);
            Linux.check(libc.fchmod(descriptor, 0600), "fchmod " + path);
            byte[] list = list(reader);
            return libc.fsetxattr(descriptor, "system.posix_acl_access", list, list.length, 0) == 0;
        } finally {
            Descriptors.close(descriptor);
        }
    }

    private static byte[] list(long reader) {
        ByteBuffer bytes = ByteBuffer.allocate(4 + ENTRIES * 8).order(ByteOrder.LITTLE_ENDIAN).putInt(VERSION);
        entry(bytes, USER_OBJECT, READ | WRITE, -1);
        entry(bytes, USER, READ, (int) reader);
        entry(bytes, GROUP_OBJECT, 0, -1);
        entry(bytes, MASK, READ, -1);
        entry(bytes, OTHER, 0, -1);
        return bytes.array();
    }

    private static void entry(ByteBuffer bytes, int tag, int permissions, int id) {
        bytes.putShort((short) tag).putShort((short) permissions).putInt(id);
    }
}
