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

/**
 * Visitors in a process of their own: a {@link Load}, so that its times are what the server took, and not what other visitors have
 * this process do, or an {@link AttackLoad}.
 */
final class LoadProcess implements AutoCloseable {
    /** Collected seldom, for what its requests leave is small; and compiled once: the second compiler would take a processor from the server. */
    private static final List<String> FLAGS = List.of("-XX:+UseSerialGC", "-Xmn96m", "-XX:TieredStopAtLevel=1");
    private final Process process;

    /** Visitors have machines of their own: they share the server's processors here, and shall neither wait for it nor it for them. */
    enum Turn {
        /** Whose times count. */
        FIRST("--fifo", "1"),
        /** Whose times do not. */
        LAST("--idle", "0");

        private final List<String> command;

        /** chrt(1). */
        Turn(String policy, String priority) {
            command = List.of("chrt", policy, priority);
        }

        /** Nothing, and a line to standard error, where this machine does not let root have it. */
        private List<String> obtainable() throws IOException, InterruptedException {
            List<String> trial = new ArrayList<>(command);
            trial.add("true");
            Command tried = Command.run(trial);
            if (tried.exitStatus() == 0) {
                return command;
            }
            System.err.println("no visitors come " + this + " here, but in turn with the server: " + tried.output());
            return List.of();
        }
    }

    LoadProcess(Machine machine, Turn turn) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(turn.obtainable());
        command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
        command.addAll(FLAGS);
        command.add(Attack.asProperty());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), LoadProcess.class.getName(), Integer.toString(machine.port())));
        process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    /** So many visitors a second in all for so long, and what became of each request. */
    LoadReport visit(Duration time, int perSecond, String... owners) throws IOException, ClassNotFoundException {
        write("visit " + time.toMillis() + " " + perSecond + " " + String.join(" ", owners));
        return (LoadReport) read();
    }

    /**
     * They come until {@link #endAttack}.
     *
     * @param end in seconds since 1970: until when each script goes on
     */
    void beginAttack(Attack attack, Duration comeWithin, long end) throws IOException {
        write("attack " + attack.name() + " " + comeWithin.toMillis() + " " + end);
    }

    /** When it returns, none of them is there any more. */
    void endAttack() throws IOException, ClassNotFoundException {
        write("over");
        read();
    }

    private void write(String line) throws IOException {
        process.outputWriter().write(line + "\n");
        process.outputWriter().flush();
    }

    private Object read() throws IOException, ClassNotFoundException {
        return new ObjectInputStream(process.getInputStream()).readObject();
    }

    @Override
    public void close() throws Exception {
        process.outputWriter().close();
        if (!process.waitFor(1, TimeUnit.MINUTES)) {
            process.destroyForcibly().waitFor();
        }
    }

    /** Reads what it is to do, a line each, and writes what came of it. */
    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[0]);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            List<String> words = new ArrayList<>(List.of(line.split(" ")));
            Object result = switch (words.removeFirst()) {
                case "visit" -> visit(port, words);
                case "attack" -> attack(port, words, lines);
                default -> throw new IllegalArgumentException(line);
            };
            ObjectOutputStream report = new ObjectOutputStream(System.out);
            report.writeObject(result);
            report.flush();
        }
    }

    private static LoadReport visit(int port, List<String> words) throws InterruptedException {
        long millis = Long.parseLong(words.removeFirst());
        Load load = Load.start(port, Integer.parseInt(words.removeFirst()), words);
        TimeUnit.MILLISECONDS.sleep(millis);
        return load.stop();
    }

    private static String attack(int port, List<String> words, BufferedReader lines) throws IOException {
        AttackLoad load = AttackLoad.start(port, Attack.valueOf(words.get(0)), Duration.ofMillis(Long.parseLong(words.get(1))),
            Long.parseLong(words.get(2)));
        lines.readLine(); // "over", or the end
        load.stop();
        return "over";
    }
}
