package warren.launcher.control;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import warren.launcher.system.DescriptorStream;
import warren.launcher.system.Descriptors;
import warren.launcher.system.SystemCallFailed;
import warren.launcher.system.UnixSocket;

/**
 * The connector's half of the status, read by the command and never by the launcher: one JSON document from the
 * connector's own socket, bounded in size and time.
 */
public final class ConnectorStatus {
    private static final Duration WITHIN = Duration.ofSeconds(5);
    private static final int MOST_BYTES = 64 * 1024 * 1024;

    private ConnectorStatus() { }

    /** Empty where no connector answers. */
    public static Optional<JsonNode> read(Path socket) throws IOException {
        int connection;
        try {
            connection = UnixSocket.connect(socket.toString());
        } catch (SystemCallFailed nobodyListens) {
            return Optional.empty();
        }
        try {
            return Optional.of(ControlMessages.JSON.readTree(all(new DescriptorStream(connection, WITHIN).input())));
        } finally {
            Descriptors.close(connection);
        }
    }

    private static byte[] all(InputStream stream) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] part = new byte[64 * 1024];
        for (int count = stream.read(part); count > 0; count = stream.read(part)) {
            bytes.write(part, 0, count);
            if (bytes.size() > MOST_BYTES) {
                throw new IOException("the connector's status is longer than " + MOST_BYTES + " bytes");
            }
        }
        return bytes.toByteArray();
    }
}
