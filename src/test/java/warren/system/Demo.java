package warren.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One run of {@code demo/run}, in a session of its own as a terminal gives it; {@link #close} ends it. */
final class Demo implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(120);
    private static final long STOP_SECONDS = 90;
    private final Path output;
    private final Process process;
    private String base = "";

    private Demo(int port) throws Exception {
        output = Files.createTempFile("warren-demo", ".out");
        process = new ProcessBuilder("setsid", System.getProperty("warren.checkout") + "/demo/run",
            System.getProperty("warren.home"), Integer.toString(port))
            .redirectErrorStream(true).redirectOutput(output.toFile()).start();
    }

    static Demo startWithoutWaiting(int port) throws Exception {
        return new Demo(port);
    }

    /** Returns once it has said that it is ready. */
    static Demo start(int port) throws Exception {
        Demo demo = new Demo(port);
        try {
            Await.until("the demo's ready", START, () -> {
                if (!demo.process.isAlive()) {
                    throw new AssertionError("the demo ended: " + demo.output());
                }
                return demo.output().lines().anyMatch("ready"::equals) && demo.output().contains("removes all of it.");
            });
        } catch (AssertionError e) {
            demo.close();
            throw e;
        }
        demo.base = demo.found("(/var/lib/warren-demo\\.[^/\\s]+)/");
        return demo;
    }

    String output() throws IOException {
        return Files.readString(output);
    }

    /** The UID that it printed for an owner. */
    String uid(String owner) throws IOException {
        return found(owner + ", UID (\\d+)");
    }

    private String found(String pattern) throws IOException {
        Matcher matcher = Pattern.compile(pattern).matcher(output());
        if (!matcher.find()) {
            throw new AssertionError("\"" + pattern + "\" is not in what the demo printed: " + output());
        }
        return matcher.group(1);
    }

    /** Runs the command line that it printed and in which this pattern is found; what that printed. */
    String runPrintedLine(String pattern) throws Exception {
        String line = output().lines().filter(l -> l.startsWith("  ") && Pattern.compile(pattern).matcher(l).find())
            .findFirst().orElseThrow(() -> new AssertionError("no line with " + pattern));
        // curl's progress is no part of the answer
        return Command.run("bash", "-c", "curl() { command curl --silent --show-error \"$@\"; }\n" + line).orFail();
    }

    String launcherPid() throws Exception {
        return Command.run("pgrep", "-f", base + "/warren/.* warren.launcher.command.WarrenCommand start").orFail().strip();
    }

    /** Sends a signal to the script, as a terminal or a person does. */
    void stop(String signal) throws Exception {
        Command.run("kill", "-" + signal, Long.toString(process.pid())).orFail();
        exitStatus();
    }

    int exitStatus() throws Exception {
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("the demo does not end: " + output());
        }
        return process.exitValue();
    }

    /** Processes, files, sockets, mounts and cgroups that bear the name of its directory. */
    List<String> leftBehind() throws Exception {
        if (base.isEmpty()) {
            return output().contains("starting") ? List.of("it started something") : List.of();
        }
        List<String> left = new ArrayList<>(Leftovers.of(Path.of(base),
            List.of(Integer.parseInt(uid("alice")), Integer.parseInt(uid("bob")))));
        if (Files.exists(Path.of(base))) {
            left.add(base);
        }
        return left;
    }

    @Override
    public void close() throws Exception {
        if (process.isAlive()) {
            stop("TERM");
        }
        Files.delete(output);
    }
}
