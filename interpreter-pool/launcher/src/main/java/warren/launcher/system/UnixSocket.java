package warren.launcher.system;

import java.time.Duration;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * Unix sockets of the launcher: {@code socket(2)}, {@code bind(2)}, {@code listen(2)}, {@code accept4(2)},
 * {@code getsockopt(2)} SO_PEERCRED, {@code getsockname(2)}. Native, because a descriptor must be handed on, and because the JDK resolves the
 * peer's UID to a name through NSS, which an owner's login can make slow.
 */
public final class UnixSocket implements AutoCloseable {
    private static final int SOL_SOCKET = 1;
    private static final int SO_TYPE = 3;
    private static final int SO_PEERCRED = 17;
    private static final int SO_ACCEPTCONN = 30;
    private static final int SO_DOMAIN = 39;
    private static final int ROOT = 0;
    private static final int BACKLOG = 511;
    private static final int NO_CHANGE = -1;
    private final int descriptor;
    private final String path;

    private UnixSocket(int descriptor, String path) {
        this.descriptor = descriptor;
        this.path = path;
    }

    /**
     * A listening stream socket at a path of which nothing may exist yet. Its directory must already keep others out:
     * between bind and chmod it has the mode that the umask leaves.
     *
     * @param group its group, with root as owner
     * @param mode its permissions
     */
    public static UnixSocket listen(String path, int group, int mode) throws SystemCallFailed {
        return listen(path, NO_CHANGE, group, mode);
    }

    /** The same, for one user to connect to, and root. */
    public static UnixSocket listenFor(int user, String path) throws SystemCallFailed {
        return listen(path, user, NO_CHANGE, 0600);
    }

    private static UnixSocket listen(String path, int user, int group, int mode) throws SystemCallFailed {
        Libc libc = Libc.INSTANCE;
        int descriptor = Descriptors.above(Linux.check(
            libc.socket(Linux.AF_UNIX, Linux.SOCK_STREAM | Linux.SOCK_CLOEXEC, 0), "socket"));
        UnixSocket socket = new UnixSocket(descriptor, path);
        boolean bound = false;
        try {
            byte[] address = Linux.unixAddress(path);
            Linux.check(libc.bind(descriptor, address, address.length), "bind " + path);
            bound = true;
            Linux.check(libc.chmod(path, mode), "chmod " + path);
            Linux.check(libc.lchown(path, user, group), "lchown " + path);
            Linux.check(libc.listen(descriptor, BACKLOG), "listen " + path);
            return socket;
        } catch (SystemCallFailed e) {
            Descriptors.close(descriptor);
            if (bound) {
                Libc.INSTANCE.unlink(path);
            }
            throw e;
        }
    }

    /**
     * The listening socket that another process has from an earlier launcher: what waits on it is not lost.
     *
     * @param theirs its descriptor there
     * @param path where it must be bound
     * @throws SystemCallFailed also where it is anything else than a stream socket that root made listen at this path
     */
    public static UnixSocket takeOver(PidFd process, int theirs, String path, int group, int mode)
            throws SystemCallFailed {
        int descriptor = process.copyOf(theirs);
        try {
            requireOption(descriptor, SO_DOMAIN, "SO_DOMAIN", Linux.AF_UNIX);
            requireOption(descriptor, SO_TYPE, "SO_TYPE", Linux.SOCK_STREAM);
            requireOption(descriptor, SO_ACCEPTCONN, "SO_ACCEPTCONN", 1);
            requireBound(descriptor, path);
            // of a listening socket these are the credentials of who called listen(2), unix(7): in a namespace of its
            // own an unprivileged process can bind the same path
            if (peerUser(descriptor) != ROOT) {
                throw new SystemCallFailed("descriptor " + theirs + " was not made to listen by root", "EPERM");
            }
            Linux.check(Libc.INSTANCE.chmod(path, mode), "chmod " + path);
            Linux.check(Libc.INSTANCE.lchown(path, NO_CHANGE, group), "lchown " + path);
            return new UnixSocket(descriptor, path);
        } catch (SystemCallFailed e) {
            Descriptors.close(descriptor);
            throw e;
        }
    }

    private static void requireOption(int descriptor, int option, String name, int expected) throws SystemCallFailed {
        int[] value = new int[1];
        Linux.check(Libc.INSTANCE.getsockopt(descriptor, SOL_SOCKET, option, value, new int[] {4}), "getsockopt " + name);
        if (value[0] != expected) {
            throw new SystemCallFailed("getsockopt " + name + " is " + value[0] + ", expected " + expected, "ENOTSUP");
        }
    }

    private static void requireBound(int descriptor, String path) throws SystemCallFailed {
        byte[] expected = Linux.unixAddress(path);
        byte[] address = new byte[2 + Linux.PATH_MAX_OF_SOCKETS];
        int[] length = {address.length};
        Linux.check(Libc.INSTANCE.getsockname(descriptor, address, length), "getsockname");
        if (!Arrays.equals(expected, Arrays.copyOf(address, Math.min(length[0], address.length)))) {
            throw new SystemCallFailed("the socket is not bound to " + path, "EADDRNOTAVAIL");
        }
    }

    /** Waits for a connection; returns its descriptor. Fails once {@link #close} was called. */
    public int accept() throws SystemCallFailed {
        return Linux.check(Libc.INSTANCE.accept4(descriptor, null, null, Linux.SOCK_CLOEXEC), "accept4 " + path);
    }

    /** The same, for a while; empty where nobody comes. */
    public OptionalInt accept(Duration within) throws SystemCallFailed {
        return Readiness.await(descriptor, Readiness.POLLIN, System.nanoTime() + within.toNanos())
            ? OptionalInt.of(accept()) : OptionalInt.empty();
    }

    /** A connection of our own to a listening socket; returns its descriptor. */
    public static int connect(String path) throws SystemCallFailed {
        return connect(path, 0);
    }

    private static int connect(String path, int flags) throws SystemCallFailed {
        int descriptor = Linux.check(
            Libc.INSTANCE.socket(Linux.AF_UNIX, Linux.SOCK_STREAM | Linux.SOCK_CLOEXEC | flags, 0), "socket");
        try {
            byte[] address = Linux.unixAddress(path);
            Linux.check(Libc.INSTANCE.connect(descriptor, address, address.length), "connect " + path);
            return descriptor;
        } catch (SystemCallFailed e) {
            Descriptors.close(descriptor);
            throw e;
        }
    }

    /** The UID that the peer had when it connected, {@code struct ucred}: pid, uid, gid; {@code unix(7)}. */
    public static long peerUser(int connection) throws SystemCallFailed {
        int[] credentials = new int[3];
        Linux.check(Libc.INSTANCE.getsockopt(connection, SOL_SOCKET, SO_PEERCRED, credentials, new int[] {12}),
            "getsockopt SO_PEERCRED");
        return Integer.toUnsignedLong(credentials[1]);
    }

    /** The listening descriptor itself, for the process that inherits it. */
    public int descriptor() {
        return descriptor;
    }

    /** Wakes a waiting {@link #accept}, closes the socket and removes its path. */
    @Override
    public void close() {
        // a blocked accept4 does not notice close(2); a last connection wakes it. With a full queue nobody is blocked, and we must not be
        try {
            Descriptors.close(connect(path, Linux.SOCK_NONBLOCK));
        } catch (SystemCallFailed nobodyListensOrTheQueueIsFull) {
            // it is closed all the same
        }
        Libc.INSTANCE.unlink(path);
        Descriptors.close(descriptor);
    }
}
