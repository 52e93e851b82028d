package warren.system;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A {@link Load} from a process of its own, so that its times are what the server took, and not what other visitors have this one do. */
final class LoadProcess implements AutoCloseable {
    /** Collected seldom, for what its requests leave is small; and compiled once: the second compiler would take a processor from the server. */
    private static final List<String> FLAGS = List.of("-XX:+UseSerialGC", "-Xmn96m", "-XX:TieredStopAtLevel=1");
    private final Process process;

    LoadProcess(Machine machine) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString()));
        command.addAll(FLAGS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), LoadProcess.class.getName(), Integer.toString(machine.port())));
        process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    /** So many visitors a second in all for so long, and what became of each request. */
    LoadReport visit(Duration time, int perSecond, String... owners) throws IOException, ClassNotFoundException {
        process.outputWriter().write(time.toMillis() + " " + perSecond + " " + String.join(" ", owners) + "\n");
        process.outputWriter().flush();
        return (LoadReport) new ObjectInputStream(process.getInputStream()).readObject();
    }

    @Override
    public void close() throws Exception {
        process.outputWriter().close();
        if (!process.waitFor(1, TimeUnit.MINUTES)) {
            process.destroyForcibly().waitFor();
        }
    }

    /** Reads a visit a line, and writes its report. */
    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[0]);
        BufferedReader visits = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String visit = visits.readLine(); visit != null; visit = visits.readLine()) {
            List<String> words = new ArrayList<>(List.of(visit.split(" ")));
            long millis = Long.parseLong(words.removeFirst());
            Load load = Load.start(port, Integer.parseInt(words.removeFirst()), words);
            TimeUnit.MILLISECONDS.sleep(millis);
            ObjectOutputStream report = new ObjectOutputStream(System.out);
            report.writeObject(load.stop());
            report.flush();
        }
    }
}
