package warren.connector;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import jdk.net.ExtendedSocketOptions;

/**
 * Who has connected to a Unix socket, by the kernel's word: SO_PEERCRED, {@code unix(7)}. Java gives a principal with a name
 * from the name service, which is not asked for here: the number is the principal's hash code, as that of every UID's is in
 * the JDK. {@link #isKnown} proves it before anything relies on it.
 */
final class PeerUid {
    private PeerUid() { }

    /** Whether this Java says it so: of a connection of our own. */
    static boolean isKnown(SocketChannel own) throws IOException {
        int uid = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        return of(own).equals(OptionalLong.of(Integer.toUnsignedLong(uid)));
    }

    /** Empty where the kernel does not say. */
    static OptionalLong of(SocketChannel connection) throws IOException {
        try {
            return OptionalLong.of(Integer.toUnsignedLong(connection.getOption(ExtendedSocketOptions.SO_PEERCRED).user().hashCode()));
        } catch (UnsupportedOperationException e) {
            return OptionalLong.empty();
        }
    }
}
