package warren.system;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** An HTTP client that shows what really came: one request a connection, framing checked and not trusted. */
final class Http {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private final int port;

    Http(int port) {
        this.port = port;
    }

    Reply get(String host, String target) throws IOException {
        return send("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n", new byte[0]);
    }

    Reply post(String host, String target, byte[] body) throws IOException {
        return send("POST " + target + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n"
            + "Content-Type: application/octet-stream\r\nContent-Length: " + body.length + "\r\n\r\n", body);
    }

    /** Sends these bytes as they are. */
    Reply send(String head, byte[] body) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().write(body);
            return read(new BufferedInputStream(socket.getInputStream()));
        }
    }

    private static Reply read(InputStream in) throws IOException {
        String statusLine = line(in);
        if (!statusLine.startsWith("HTTP/1.")) {
            return new Reply(0, List.of(), "", false);
        }
        List<String> headers = new ArrayList<>();
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            headers.add(header);
        }
        int status = Integer.parseInt(statusLine.split(" ")[1]);
        Reply bare = new Reply(status, headers, "", true);
        if (bare.header("Transfer-Encoding").isPresent()) {
            return chunked(in, status, headers);
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        in.transferTo(body);
        boolean complete = bare.header("Content-Length").map(length -> Long.parseLong(length) == body.size()).orElse(true);
        return new Reply(status, headers, body.toString(StandardCharsets.UTF_8), complete);
    }

    private static Reply chunked(InputStream in, int status, List<String> headers) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            String size = line(in);
            if (size.isEmpty()) {
                return new Reply(status, headers, body.toString(StandardCharsets.UTF_8), false);
            }
            int length = Integer.parseInt(size.strip(), 16);
            if (length == 0) {
                return new Reply(status, headers, body.toString(StandardCharsets.UTF_8), true);
            }
            body.write(in.readNBytes(length));
            line(in);
        }
    }

    /** Without its end; empty at the end of the stream too. */
    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            line.write(next);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }
}
