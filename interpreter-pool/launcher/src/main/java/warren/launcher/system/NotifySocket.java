package warren.launcher.system;

import java.nio.charset.StandardCharsets;

/**
 * {@code sd_notify(3)}: tells a service manager that listens on {@code NOTIFY_SOCKET} how far we are, by one datagram.
 * Without that variable nothing is told.
 */
public final class NotifySocket {
    private NotifySocket() { }

    /** @param state such as {@code READY=1} or {@code STOPPING=1} */
    public static void tell(String state) throws SystemCallFailed {
        String path = System.getenv("NOTIFY_SOCKET");
        if (path == null || path.isEmpty()) {
            return;
        }
        byte[] address = Linux.unixAddress(path);
        boolean isAbstract = path.startsWith("@");
        if (isAbstract) {
            address[2] = 0;
        }
        int descriptor = Linux.check(
            Libc.INSTANCE.socket(Linux.AF_UNIX, Linux.SOCK_DGRAM | Linux.SOCK_CLOEXEC, 0), "socket");
        try {
            byte[] bytes = state.getBytes(StandardCharsets.UTF_8);
            // an abstract name has no terminating NUL: every byte counts, unix(7)
            int length = isAbstract ? address.length - 1 : address.length;
            if (Libc.INSTANCE.sendto(descriptor, bytes, bytes.length, 0, address, length) < 0) {
                throw Linux.failed("sendto NOTIFY_SOCKET");
            }
        } finally {
            Descriptors.close(descriptor);
        }
    }
}
