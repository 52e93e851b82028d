package warren.connector;

import java.io.File;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import warren.contract.Answer;
import warren.contract.Deadlines;
import warren.contract.VirtualHost;

/** The connector's real program in a JVM of its own, as an ordinary user, with a {@link FakeLauncher} beside it. */
final class RealConnector implements AutoCloseable {
    static final int UID = 60123;
    static final String SECRET = "a-secret-of-the-test";

    final Path directory;
    final FakeLauncher launcher;
    final Process process;

    RealConnector(List<VirtualHost> hosts) throws Exception {
        directory = Files.createTempDirectory(Path.of("/tmp"), "warren-connector-");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (String file : List.of("starter.pl", "interpreter.pl")) {
            Files.copy(RealConnector.class.getResourceAsStream(file), directory.resolve(file));
        }
        String classPath = readableClassPath();
        for (String mine : List.of("work", "logs")) {
            Files.createDirectory(directory.resolve(mine));
            new ProcessBuilder("chown", UID + ":" + UID, directory.resolve(mine).toString()).start().waitFor();
        }
        Files.createDirectory(directory.resolve("owners"));
        for (VirtualHost host : hosts) {
            Path log = Files.createFile(directory.resolve("owners/" + host.name() + ".log"));
            new ProcessBuilder("chown", UID + ":" + UID, log.toString()).start().waitFor();
        }
        launcher = new FakeLauncher(directory, new Answer.Configured(SECRET, ajpSocket().toString(), 8192,
            directory.resolve("work").toString(), directory.resolve("logs").toString(),
            directory.resolve("owners").toString(), directory.resolve("work").toString(),
            directory.resolve("work").toString()), hosts);
        process = new ProcessBuilder(command(classPath)).redirectErrorStream(true)
            .redirectOutput(output().toFile()).start();
        Await.until("the connector is ready", () -> {
            if (!process.isAlive()) {
                throw new AssertionError("the connector ended: " + Files.readString(output()));
            }
            return Files.readString(output()).contains("ready\n");
        });
    }

    /** Short ones, and this one for each wait for an interpreter's word. */
    static Deadlines deadlines(Duration request) {
        return new Deadlines(Duration.ofSeconds(10), Duration.ofSeconds(5), request, request, request,
            Duration.ofSeconds(10), Duration.ofMinutes(1), Duration.ofSeconds(5), request);
    }

    private List<String> command(String classPath) {
        return List.of("perl", directory.resolve("starter.pl").toString(), ajpSocket().toString(), "0", "666", "-",
            "/usr/bin/setpriv", "--reuid=" + UID, "--regid=" + UID, "--clear-groups", "--bounding-set=-all",
            javaProgram(), "-XX:+UseG1GC", "-Xmx128m", "-cp", classPath, "warren.connector.ConnectorMain",
            launcher.path().toString());
    }

    static String javaProgram() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** The local Maven repository may be root's alone. */
    private String readableClassPath() throws IOException {
        Path lib = Files.createDirectory(directory.resolve("lib"));
        List<String> entries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path from = Path.of(entry);
            Path to = lib.resolve(entries.size() + "-" + from.getFileName());
            if (Files.isRegularFile(from)) {
                Files.copy(from, to);
                entries.add(to.toString());
            } else if (Files.isDirectory(from) && from.endsWith("classes")) {
                copyTree(from, to);
                entries.add(to.toString());
            }
        }
        return String.join(File.pathSeparator, entries);
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : (Iterable<Path>) all::iterator) {
                Files.copy(each, to.resolve(from.relativize(each).toString()));
            }
        }
    }

    Path ajpSocket() {
        return directory.resolve("ajp.sock");
    }

    Path output() {
        return directory.resolve("output");
    }

    String administratorsLog() throws IOException {
        return Files.readString(directory.resolve("logs/connector.log"), StandardCharsets.ISO_8859_1);
    }

    String ownersLog(String name) throws IOException {
        return Files.readString(directory.resolve("owners/" + name + ".log"), StandardCharsets.UTF_8);
    }

    String status() throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("work/status.sock"));
        try (SocketChannel channel = SocketChannel.open(address)) {
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** SIGTERM, and the exit status. */
    int terminate() throws InterruptedException {
        process.destroy();
        process.waitFor(20, TimeUnit.SECONDS);
        return process.exitValue();
    }

    @Override
    public void close() throws Exception {
        process.destroyForcibly();
        process.waitFor(Duration.ofSeconds(10).toSeconds(), TimeUnit.SECONDS);
        launcher.close();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        }
    }
}
