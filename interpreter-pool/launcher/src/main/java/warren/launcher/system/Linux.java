package warren.launcher.system;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import jnr.constants.platform.Errno;

/** Numbers of the Linux ABI (the kernel's uapi headers), and how its errors and addresses are written. */
final class Linux {
    static final int O_CLOEXEC = 0x80000;
    static final int AF_UNIX = 1;
    static final int SOCK_STREAM = 1;
    static final int SOCK_DGRAM = 2;
    static final int SOCK_CLOEXEC = 0x80000;
    static final int SOCK_NONBLOCK = 0x800;
    static final int SIG_SETMASK = 2;
    static final int SIGNAL_SET_BYTES = 128;
    static final int PATH_MAX_OF_SOCKETS = 108;
    /** The same on x86_64 and aarch64 from 424 on; the older ones differ. */
    static final long SYS_PIDFD_SEND_SIGNAL = 424;
    static final long SYS_PIDFD_OPEN = 434;
    static final long SYS_PIDFD_GETFD = 438;
    static final boolean AARCH64 = System.getProperty("os.arch").equals("aarch64");
    static final long SYS_KEYCTL = AARCH64 ? 219 : 250;
    static final long SYS_PIVOT_ROOT = AARCH64 ? 41 : 155;
    static final long SYS_IOPRIO_SET = AARCH64 ? 30 : 251;

    private Linux() { }

    /** The current errno as an exception. Must be the first thing after the call. */
    static SystemCallFailed failed(String call) {
        return new SystemCallFailed(call, errnoName(Libc.RUNTIME.getLastError()));
    }

    static String errnoName(int errno) {
        return Errno.valueOf(errno).name();
    }

    static int check(int result, String call) throws SystemCallFailed {
        if (result < 0) {
            throw failed(call);
        }
        return result;
    }

    /** {@code struct sockaddr_un}: family, path, NUL. */
    static byte[] unixAddress(String path) throws SystemCallFailed {
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        if (bytes.length >= PATH_MAX_OF_SOCKETS) {
            throw new SystemCallFailed("bind or connect " + path + " (at most " + (PATH_MAX_OF_SOCKETS - 1) + " bytes)",
                "ENAMETOOLONG");
        }
        byte[] address = Arrays.copyOf(new byte[] {AF_UNIX, 0}, 2 + bytes.length + 1);
        System.arraycopy(bytes, 0, address, 2, bytes.length);
        return address;
    }
}
