package warren.launcher.system;

import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.annotations.In;
import jnr.ffi.annotations.Out;
import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;

/** What JNR-POSIX lacks of the C library, call by call as its manual pages declare them. */
public interface Libc {
    Libc INSTANCE = LibraryLoader.create(Libc.class).load("c");
    Runtime RUNTIME = Runtime.getRuntime(INSTANCE);

    int setgroups(@size_t long size, @In int[] list);

    int getgroups(int size, @Out int[] list);

    int prctl(int option, long arg2, long arg3, long arg4, long arg5);

    int capset(@In byte[] header, @In byte[] data);

    int close_range(int first, int last, int flags);

    int unshare(int flags);

    int setns(int descriptor, int type);

    int fchdir(int descriptor);

    int chroot(String path);

    int mount(String source, String target, String type, long flags, String data);

    int umount2(String target, int flags);

    int mkdir(String path, int mode);

    int symlink(String target, String path);

    int faccessat(int directory, String path, int mode, int flags);

    int readlink(String path, @Out byte[] target, @size_t long size);

    int mknod(String path, int mode, long device);

    int getpid();

    int chdir(String path);

    int setrlimit(int resource, @In long[] limits);

    int setpriority(int which, int who, int priority);

    int pthread_sigmask(int how, @In byte[] set, @Out byte[] old);

    Pointer signal(int number, Pointer handler);

    int open(String path, int flags, int mode);

    int close(int descriptor);

    @ssize_t long read(int descriptor, @Out byte[] buffer, @size_t long count);

    @ssize_t long write(int descriptor, @In byte[] buffer, @size_t long count);

    int dup2(int from, int to);

    int fcntl(int descriptor, int command, long argument);

    int pipe2(@Out int[] descriptors, int flags);

    int mkfifo(String path, int mode);

    int unlink(String path);

    int lchown(String path, int user, int group);

    int fchown(int descriptor, int user, int group);

    int chmod(String path, int mode);

    int fchmod(int descriptor, int mode);

    int fsetxattr(int descriptor, String name, @In byte[] value, @size_t long size, int flags);

    int socket(int domain, int type, int protocol);

    int bind(int descriptor, @In byte[] address, int length);

    int listen(int descriptor, int backlog);

    int connect(int descriptor, @In byte[] address, int length);

    int accept4(int descriptor, Pointer address, Pointer length, int flags);

    int getsockopt(int descriptor, int level, int option, @Out int[] value, @In @Out int[] length);

    int getsockname(int descriptor, @Out byte[] address, @In @Out int[] length);

    int poll(@In @Out byte[] descriptors, long count, int timeoutMillis);

    @ssize_t long sendto(int descriptor, @In byte[] bytes, @size_t long count, int flags, @In byte[] address, int length);

    int posix_spawn(@Out int[] pid, String path, Pointer fileActions, Pointer attributes, String[] arguments,
                    String[] environment);

    int posix_spawn_file_actions_init(Pointer actions);

    int posix_spawn_file_actions_adddup2(Pointer actions, int from, int to);

    int posix_spawn_file_actions_addclosefrom_np(Pointer actions, int from);

    int posix_spawn_file_actions_destroy(Pointer actions);

    int posix_spawnattr_init(Pointer attributes);

    int posix_spawnattr_setflags(Pointer attributes, short flags);

    int posix_spawnattr_setsigmask(Pointer attributes, @In byte[] set);

    int posix_spawnattr_setsigdefault(Pointer attributes, @In byte[] set);

    int posix_spawnattr_destroy(Pointer attributes);

    int waitid(int kind, int id, @Out byte[] info, int options);

    int waitpid(int pid, @Out int[] status, int options);

    int statx(int directory, long path, int flags, int mask, long structure);

    /** The sixth parameter is lost where JNR makes machine code; all JVMs of ours have it not to, but those of unit tests. */
    long syscall(long number, long first, long second, long third, long fourth, long fifth);
}
