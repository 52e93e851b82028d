package warren.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A private database server under a UID of its own, on a Unix socket and, where wanted, on the loopback. Servers want
 * names for UIDs: a mount namespace of its own has them in its {@code /etc/passwd}, the machine has not.
 */
abstract class DatabaseServer implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(60);
    private final Path output;
    private final Path passwd;
    private final int uid;
    private final Path data;
    private final Path sockets;
    private Process server;

    /**
     * @param name the server's account, and of its directories
     * @param owners the names of further UIDs
     */
    DatabaseServer(Machine machine, String name, int uid, Map<String, Integer> owners) throws Exception {
        this.uid = uid;
        output = machine.base().resolve(name + ".out");
        data = Files.createDirectories(machine.base().resolve(name));
        sockets = Files.createDirectories(machine.base().resolve(name + "-run"));
        passwd = machine.base().resolve(name + ".passwd");
        StringBuilder accounts = new StringBuilder("root:x:0:0::/:/bin/sh\n%s:x:%d:%d::/:/bin/sh\n".formatted(name, uid, uid));
        owners.forEach((owner, number) -> accounts.append("%s:x:%d:%d::/:/bin/sh\n".formatted(owner, number, number)));
        Files.writeString(passwd, accounts);
        Command.run("chown", uid + ":" + uid, data.toString()).orFail();
        // the sockets' directory is root's, as /run is; only the server may write in it meanwhile
        Command.run("sh", "-c", "chgrp " + uid + " \"$0\" && chmod 1775 \"$0\"", sockets.toString()).orFail();
    }

    Path data() {
        return data;
    }

    /** The directory of its socket. */
    Path sockets() {
        return sockets;
    }

    abstract Path socket();

    /** Its superuser asks. */
    abstract Command asked(String sql) throws Exception;

    /** What its superuser is told. */
    final String ask(String sql) throws Exception {
        return asked(sql).orFail().strip();
    }

    /** What ends it at once and in order. */
    abstract String endSignal();

    /** With its arguments. */
    abstract List<String> program();

    /** A command under the server's UID, where its accounts have names. */
    final List<String> as(List<String> command) {
        List<String> words = new ArrayList<>(List.of("unshare", "--mount", "sh", "-c", "mount --bind \"$0\" /etc/passwd && exec setpriv --reuid "
            + uid + " --regid " + uid + " --clear-groups \"$@\"", passwd.toString()));
        words.addAll(command);
        return words;
    }

    final void start() throws Exception {
        server = new ProcessBuilder(as(program())).redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile())).start();
        Await.until("the database's answer", SOON, () -> {
            if (!server.isAlive()) {
                throw new AssertionError(Files.readString(output));
            }
            return Files.exists(socket()) && asked("select 1").exitStatus() == 0;
        });
    }

    /** Also where clients are connected. */
    final void stop() throws Exception {
        Command.run("kill", "-" + endSignal(), Long.toString(server.pid())).orFail();
        Await.until("the database's end", SOON, () -> !server.isAlive());
        Files.deleteIfExists(socket());
    }

    @Override
    public void close() throws Exception {
        if (server.isAlive()) {
            stop();
        }
    }
}
