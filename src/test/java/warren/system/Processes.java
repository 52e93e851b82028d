package warren.system;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Processes of owners, as the machine and as they themselves number them. */
final class Processes {
    /** A field of /proc/net/unix, proc_net(5). */
    private static final int INODE = 6;

    private Processes() { }

    /** The processes of a UID. */
    static List<String> of(int uid) throws Exception {
        return Command.run("ps", "-o", "pid=", "-U", Integer.toString(uid)).output().lines().map(String::strip)
            .filter(line -> !line.isEmpty()).toList();
    }

    /** The process of a UID that calls itself by this pid in its own PID namespace; empty where there is none. */
    static Optional<String> onHost(int uid, String pid) throws Exception {
        for (String candidate : of(uid)) {
            try {
                if (Files.readAllLines(Path.of("/proc", candidate, "status"), StandardCharsets.ISO_8859_1).stream()
                        .filter(line -> line.startsWith("NSpid:")).anyMatch(line -> line.endsWith("\t" + pid))) {
                    return Optional.of(candidate);
                }
            } catch (IOException gone) {
                // Another one may still be it.
            }
        }
        return Optional.empty();
    }

    /** @param name as of {@code kill(1)}, without SIG */
    static void signal(String name, long pid) throws Exception {
        Command.run("kill", "-" + name, Long.toString(pid)).orFail();
    }

    /**
     * A zombie is not, and nobody may be there to reap what an earlier launcher started. But its first thread is one
     * already while others of its threads keep its connections open.
     */
    static boolean isAlive(long pid) {
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
            return threads.count() > 1 || !Files.readString(Path.of("/proc/" + pid + "/status"), StandardCharsets.ISO_8859_1)
                .contains("\nState:\tZ");
        } catch (IOException gone) {
            return false;
        }
    }

    /** A process's open descriptors, and what each stands for, such as {@code socket:[4711]}; nothing of one that is being closed. */
    static Map<Path, String> descriptors(long pid) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return all.collect(Collectors.toMap(descriptor -> descriptor, Processes::target));
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closed) {
            return "";
        }
    }

    /**
     * The connectors' ends of httpd's connections, as {@code /proc/PID/fd} names them. httpd has as many as it likes, and keeps each for a while after
     * its last request.
     */
    static Set<String> httpdConnections() throws IOException {
        return Files.readAllLines(Path.of("/proc/net/unix")).stream().filter(line -> line.endsWith("/ajp.sock"))
            .map(line -> "socket:[" + line.split("\\s+")[INODE] + "]").collect(Collectors.toSet());
    }

    /** Returns when it has ended. */
    static void kill(long pid) throws Exception {
        signal("KILL", pid);
        Await.until("the end of " + pid, Duration.ofSeconds(60), () -> !isAlive(pid));
    }
}
