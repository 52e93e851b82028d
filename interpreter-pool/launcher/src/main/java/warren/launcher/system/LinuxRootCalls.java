package warren.launcher.system;

import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import jnr.ffi.Pointer;

/** The real calls. Those that glibc has no wrapper for everywhere are made by their numbers. */
final class LinuxRootCalls implements RootCalls {
    private static final long SYS_OPEN_TREE = 428;
    private static final long SYS_MOVE_MOUNT = 429;
    private static final long SYS_OPENAT2 = 437;
    private static final long SYS_MOUNT_SETATTR = 442;
    private static final long O_PATH = 010000000;
    private static final long RESOLVE_NO_MAGICLINKS = 0x02;
    private static final long RESOLVE_NO_SYMLINKS = 0x04;
    private static final long RESOLVE_BENEATH = 0x08;
    private static final long HOW_BYTES = 24;
    private static final long ATTRIBUTES_BYTES = 32;
    private static final long AT_FDCWD = -100;
    private static final long AT_EMPTY_PATH = 0x1000;
    private static final long AT_RECURSIVE = 0x8000;
    private static final long OPEN_TREE_CLONE = 1;
    private static final long MOVE_MOUNT_F_EMPTY_PATH = 0x4;
    private static final long MOVE_MOUNT_T_EMPTY_PATH = 0x40;
    private static final int MNT_DETACH = 2;
    private static final int CLONE_NEWNS = 0x00020000;
    private static final int F_OK = 0;
    private static final int S_IFCHR = 020000;
    private static final int O_WRONLY_CREAT_EXCL = 0301;
    private static final int EEXIST = 17;
    private static final int PATH_MAX = 4096;
    private final Libc libc = Libc.INSTANCE;

    @Override
    public int openPath(int directory, String path) throws SystemCallFailed {
        long resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | (directory == NOWHERE ? 0 : RESOLVE_BENEATH);
        int opened = openat2(directory == NOWHERE ? AT_FDCWD : directory, path, O_PATH, resolve);
        return Linux.check(opened, "openat2 " + path);
    }

    @Override
    public int openResolved(String path) throws SystemCallFailed {
        return Linux.check(openat2(AT_FDCWD, path, O_PATH, RESOLVE_NO_MAGICLINKS), "openat2 " + path);
    }

    @Override
    public boolean isDirectory(int descriptor) {
        // ENOTDIR where there can be no "." in it
        return libc.faccessat(descriptor, ".", F_OK, 0) == 0;
    }

    private int openat2(long directory, String path, long flags, long resolve) {
        Pointer name = KernelMemory.text(path);
        Pointer how = KernelMemory.longs(flags | Linux.O_CLOEXEC, 0, resolve);
        try {
            return (int) libc.syscall(SYS_OPENAT2, directory, name.address(), how.address(), HOW_BYTES, 0);
        } finally {
            Reference.reachabilityFence(name);
            Reference.reachabilityFence(how);
        }
    }

    @Override
    public Optional<String> readLink(String path) {
        byte[] target = new byte[PATH_MAX];
        int length = libc.readlink(path, target, target.length);
        return length < 0 ? Optional.empty() : Optional.of(new String(target, 0, length, StandardCharsets.UTF_8));
    }

    @Override
    public int copyTree(int descriptor) throws SystemCallFailed {
        Pointer nothing = KernelMemory.text("");
        try {
            return Linux.check((int) libc.syscall(SYS_OPEN_TREE, descriptor, nothing.address(),
                OPEN_TREE_CLONE | Linux.O_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE, 0, 0), "open_tree");
        } finally {
            Reference.reachabilityFence(nothing);
        }
    }

    @Override
    public void setMountAttributes(int tree, long attributes) throws SystemCallFailed {
        setAttributes(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, attributes);
    }

    @Override
    public void setRootReadOnly() throws SystemCallFailed {
        setAttributes(AT_FDCWD, "/", 0, READ_ONLY);
    }

    private void setAttributes(long directory, String path, long flags, long set) throws SystemCallFailed {
        Pointer name = KernelMemory.text(path);
        // attr_set, attr_clr, propagation, userns_fd
        Pointer attributes = KernelMemory.longs(set, 0, 0, 0);
        try {
            Linux.check((int) libc.syscall(SYS_MOUNT_SETATTR, directory, name.address(), flags, attributes.address(),
                ATTRIBUTES_BYTES), "mount_setattr");
        } finally {
            Reference.reachabilityFence(name);
            Reference.reachabilityFence(attributes);
        }
    }

    @Override
    public void returnTo(int namespace, int root) throws SystemCallFailed {
        Linux.check(libc.setns(namespace, CLONE_NEWNS), "setns");
        // setns takes the namespace's own root, mount_namespaces(7), which need not be what this process was started in
        Linux.check(libc.fchdir(root), "fchdir");
        Linux.check(libc.chroot("."), "chroot");
    }

    @Override
    public void attachTree(int tree, int target) throws SystemCallFailed {
        Pointer nothing = KernelMemory.text("");
        try {
            Linux.check((int) libc.syscall(SYS_MOVE_MOUNT, tree, nothing.address(), target, nothing.address(),
                MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH), "move_mount");
        } finally {
            Reference.reachabilityFence(nothing);
        }
    }

    @Override
    public void makeDirectory(String path, int mode) throws SystemCallFailed {
        if (libc.mkdir(path, mode) < 0 && Libc.RUNTIME.getLastError() != EEXIST) {
            throw Linux.failed("mkdir " + path);
        }
    }

    @Override
    public void makeLink(String target, String path) throws SystemCallFailed {
        Linux.check(libc.symlink(target, path), "symlink " + path);
    }

    @Override
    public void makeFile(String path, String text) throws SystemCallFailed {
        libc.close(fill(path, 0444, text.getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public void makeSecretFile(String path, byte[] content, long user, long group) throws SystemCallFailed {
        int file = fill(path, 0400, content);
        try {
            Linux.check(libc.fchown(file, (int) user, (int) group), "fchown " + path);
        } finally {
            libc.close(file);
        }
    }

    private int fill(String path, int mode, byte[] content) throws SystemCallFailed {
        int file = Linux.check(libc.open(path, O_WRONLY_CREAT_EXCL | Linux.O_CLOEXEC, mode), "open " + path);
        if (content.length > 0 && libc.write(file, content, content.length) != content.length) {
            SystemCallFailed failed = Linux.failed("write " + path);
            libc.close(file);
            throw failed;
        }
        return file;
    }

    @Override
    public void giveDirectory(String path, long user, long group) throws SystemCallFailed {
        Linux.check(libc.lchown(path, (int) user, (int) group), "lchown " + path);
    }

    @Override
    public void makeDevice(String path, int major, int minor) throws SystemCallFailed {
        Linux.check(libc.mknod(path, S_IFCHR | 0666, major << 8 | minor), "mknod " + path);
        // the umask has taken from it
        Linux.check(libc.chmod(path, 0666), "chmod " + path);
    }

    @Override
    public void pivotRoot() throws SystemCallFailed {
        Pointer here = KernelMemory.text(".");
        try {
            Linux.check((int) libc.syscall(Linux.SYS_PIVOT_ROOT, here.address(), here.address(), 0, 0, 0), "pivot_root");
        } finally {
            Reference.reachabilityFence(here);
        }
        // the old root lies over the new one now, pivot_root(2), "NOTES"
        Linux.check(libc.umount2(".", MNT_DETACH), "umount2");
        Linux.check(libc.chdir("/"), "chdir /");
    }
}
