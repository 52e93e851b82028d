package warren.system;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program that is run to its end: its exit status and all that it printed, on both outputs. */
record Command(int exitStatus, String output) {
    static Command run(String... words) throws IOException, InterruptedException {
        return run(List.of(words));
    }

    static Command run(List<String> words) throws IOException, InterruptedException {
        Path output = Files.createTempFile("warren-command", ".out");
        try {
            Process process = new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(output.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile())).start();
            if (!process.waitFor(5, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new IOException(words + " did not end; it printed " + Files.readString(output));
            }
            return new Command(process.exitValue(), Files.readString(output, StandardCharsets.ISO_8859_1));
        } finally {
            Files.delete(output);
        }
    }

    /** Of a file, for a message. */
    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** The output of a command that must succeed. */
    String orFail() throws IOException {
        if (exitStatus != 0) {
            throw new IOException("exit status " + exitStatus + ": " + output);
        }
        return output;
    }
}
