package warren.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** A private PostgreSQL under a UID of its own, on a Unix socket only. Its programs want an account: a mount namespace has it. */
final class Postgres implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(60);
    private final Path directory;
    private final Path sockets;
    private final Process server;

    Postgres(Machine machine, int uid) throws Exception {
        directory = Files.createDirectories(machine.base().resolve("postgres"));
        sockets = Files.createDirectories(machine.base().resolve("postgres-run"));
        Path passwd = machine.base().resolve("postgres.passwd");
        Files.writeString(passwd, "root:x:0:0::/:/bin/sh\npostgres:x:%d:%d::/:/bin/sh\n".formatted(uid, uid));
        Command.run("chown", uid + ":" + uid, directory.toString()).orFail();
        Path programs;
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
            programs = versions.sorted().reduce((first, last) -> last).orElseThrow().resolve("bin");
        }
        // the sockets' directory is root's, as /run is; only the server may write in it meanwhile
        Command.run("sh", "-c", "chgrp " + uid + " \"$0\" && chmod 1775 \"$0\"", sockets.toString()).orFail();
        List<String> as = List.of("unshare", "--mount", "sh", "-c", "mount --bind \"$0\" /etc/passwd && exec setpriv --reuid "
            + uid + " --regid " + uid + " --clear-groups \"$@\"", passwd.toString());
        Command.run(Stream.concat(as.stream(), Stream.of(programs.resolve("initdb").toString(), "--no-sync", "-A", "trust", "-U", "postgres",
            "-D", directory.toString())).toList()).orFail();
        server = new ProcessBuilder(Stream.concat(as.stream(), Stream.of(programs.resolve("postgres").toString(), "-D", directory.toString(),
            "-c", "listen_addresses=", "-c", "fsync=off", "-c", "unix_socket_directories=" + sockets)).toList())
            .redirectErrorStream(true).redirectOutput(machine.base().resolve("postgres.out").toFile()).start();
        Await.until("the database's socket", SOON, () -> {
            if (!server.isAlive()) {
                throw new AssertionError(Files.readString(machine.base().resolve("postgres.out")));
            }
            return Files.exists(sockets.resolve(".s.PGSQL.5432"));
        });
    }

    /** The directory of its socket. */
    Path sockets() {
        return sockets;
    }

    @Override
    public void close() throws IOException, InterruptedException {
        server.destroy();
        server.waitFor();
    }
}
