package warren.connector;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A private Apache httpd on a free port of the loopback, with the macros by which httpd forwards to Warren. */
final class RealHttpd implements AutoCloseable {
    final int port;
    private final Path root;
    private final Process process;

    /** @param sections of the virtual host alice.localhost, after {@code Use WarrenWorker-alice.localhost} */
    RealHttpd(Path directory, Path ajpSocket, String macros, String sections) throws Exception {
        root = Files.createDirectories(directory.resolve("httpd"));
        port = freePort();
        Path configuration = root.resolve("httpd.conf");
        Files.writeString(configuration, configuration(ajpSocket, macros, sections));
        process = new ProcessBuilder("/usr/sbin/apache2", "-f", configuration.toString(), "-DFOREGROUND")
            .redirectErrorStream(true).redirectOutput(root.resolve("output").toFile()).start();
        Await.until("httpd listens", () -> {
            if (!process.isAlive()) {
                throw new AssertionError("httpd ended: " + Files.readString(root.resolve("output")) + log());
            }
            return isListening();
        });
    }

    private String configuration(Path ajpSocket, String macros, String sections) {
        return """
            ServerRoot "%1$s"
            PidFile "%1$s/pid"
            ErrorLog "%1$s/error.log"
            Listen 127.0.0.1:%2$d
            ServerName localhost
            User www-data
            Group www-data
            Mutex pthread
            StartServers 1
            ThreadsPerChild 16
            MaxRequestWorkers 16
            %3$s
            Define AJP unix:%4$s|ajp:
            %5$s
            <VirtualHost *:%2$d>
              ServerName alice.localhost
              DocumentRoot "%6$s/htdocs"
              Use WarrenWorker-alice.localhost
              %7$s
            </VirtualHost>
            """.formatted(root, port, modules(), ajpSocket, macros, root.getParent(), sections);
    }

    private static String modules() {
        StringBuilder lines = new StringBuilder();
        for (String name : new String[] {"mpm_event", "macro", "env", "setenvif", "proxy", "proxy_ajp", "authz_core",
            "authn_core", "authn_file", "auth_basic", "authz_user", "headers", "rewrite"}) {
            lines.append("LoadModule ").append(name).append("_module /usr/lib/apache2/modules/mod_").append(name)
                .append(".so\n");
        }
        return lines.toString();
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private boolean isListening() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 500);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    String log() throws IOException {
        Path log = root.resolve("error.log");
        return Files.exists(log) ? Files.readString(log, StandardCharsets.ISO_8859_1) : "";
    }

    /** Sends these characters as bytes on a new connection and reads to its end. */
    String exchange(String request) throws IOException {
        return new String(exchange(request.getBytes(StandardCharsets.ISO_8859_1)), StandardCharsets.ISO_8859_1);
    }

    byte[] exchange(byte[] request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request);
            socket.getOutputStream().flush();
            return socket.getInputStream().readAllBytes();
        }
    }

    /** GET of a path as it stands, the connection's only request. */
    String get(String path, String... headers) throws IOException {
        String more = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
        return exchange("GET " + path + " HTTP/1.1\r\nHost: alice.localhost\r\n" + more + "Connection: close\r\n\r\n");
    }

    @Override
    public void close() throws Exception {
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
