package warren.httpd;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs the real httpd's syntax check, which is there on every machine that tests. */
final class RealHttpd {
    private RealHttpd() { }

    record Answer(int status, String text) { }

    static Answer check(Path configuration, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("/usr/sbin/apache2", "-t", "-f", configuration.toString()));
        command.addAll(List.of(arguments));
        return run(configuration.getParent(), Map.of("FROM_ENV", "environment"), command);
    }

    static Answer run(Path directory, Map<String, String> environment, List<String> command) throws IOException {
        Path output = Files.createTempFile(directory, "output", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile())
            .redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            if (!process.waitFor(120, TimeUnit.SECONDS)) {
                throw new IOException(command + " does not end");
            }
            return new Answer(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
        } catch (InterruptedException e) {
            throw new IOException(command + " was interrupted", e);
        } finally {
            process.destroyForcibly();
            Files.delete(output);
        }
    }

    /** What a server needs that can be checked: its modules, an MPM and places in the directory. */
    static String server(Path directory) {
        return "ServerRoot " + directory + "\nDefaultRuntimeDir " + directory + "\nPidFile " + directory
            + "/pid\nErrorLog " + directory + "/error.log\nServerName localhost\nListen 127.0.0.1:9\n"
            + Written.load("mpm_event", "authz_core", "macro", "info");
    }
}
