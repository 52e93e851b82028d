package warren.launcher.system;

import java.lang.ref.Reference;
import java.util.Map;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;

/** {@code statx(2)} of the same paths again and again: which files are there. A launch waits for it. */
public final class Statx {
    private static final int AT_FDCWD = -100;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    /** STATX_TYPE, MODE, CTIME, INO, MNT_ID. */
    private static final int WANTED = 0x1 | 0x2 | 0x80 | 0x100 | 0x1000;
    private static final int STRUCTURE_BYTES = 256;
    /** Where in {@code struct statx} that is: mode and inode, the time of change, device and mount. Not times of access. */
    private static final int[][] FIELDS = {{28, 40}, {96, 108}, {136, 152}};
    /** What is kept of each path: its error number, and the fields; the first of them is the mode. */
    private static final int BYTES = 1 + 12 + 12 + 16;
    private static final int S_IFMT = 0170000;
    private static final int S_IFDIR = 0040000;

    private final Libc libc = Libc.INSTANCE;
    private final Pointer[] paths;
    private final int[] flags;

    /** @param paths absolute ones, each with whether what a symbolic link at its end leads to is meant, or the link itself */
    public Statx(Map<String, Boolean> paths) {
        this.paths = paths.keySet().stream().map(KernelMemory::text).toArray(Pointer[]::new);
        this.flags = paths.values().stream().mapToInt(followed -> followed ? 0 : AT_SYMLINK_NOFOLLOW).toArray();
    }

    /** Of all paths, in their order; the same bytes as long as the same is there, and unchanged. */
    public byte[] look() {
        byte[] found = new byte[paths.length * BYTES];
        Pointer structure = Memory.allocateDirect(Libc.RUNTIME, STRUCTURE_BYTES);
        for (int i = 0; i < paths.length; i++) {
            int at = i * BYTES;
            if (libc.statx(AT_FDCWD, paths[i].address(), flags[i], WANTED, structure.address()) < 0) {
                found[at] = (byte) Libc.RUNTIME.getLastError();
            } else {
                keep(structure, found, at + 1);
            }
        }
        Reference.reachabilityFence(structure);
        return found;
    }

    private static void keep(Pointer structure, byte[] found, int at) {
        int next = at;
        for (int[] field : FIELDS) {
            structure.get(field[0], found, next, field[1] - field[0]);
            next += field[1] - field[0];
        }
    }

    /** Whether there was a directory at a path, by its place among all. */
    public boolean isDirectory(byte[] found, int path) {
        // 16 bits, the lower ones first
        int mode = found[path * BYTES + 1] & 0xff | (found[path * BYTES + 2] & 0xff) << 8;
        return (mode & S_IFMT) == S_IFDIR;
    }
}
