package warren.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A private PostgreSQL. */
final class Postgres extends DatabaseServer {
    private final Path programs;

    /** @param authentication of all who come by the socket: {@code trust} or {@code peer} */
    Postgres(Machine machine, int uid, Map<String, Integer> owners, String authentication) throws Exception {
        super(machine, "postgres", uid, owners);
        programs = programs();
        Command.run(as(List.of(programs.resolve("initdb").toString(), "--no-sync", "--auth-local=" + authentication,
            "--auth-host=scram-sha-256", "-U", "postgres", "-D", data().toString()))).orFail();
        start();
    }

    private static Path programs() throws IOException {
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
            return versions.sorted().reduce((first, last) -> last).orElseThrow().resolve("bin");
        }
    }

    @Override
    List<String> program() {
        return List.of(programs.resolve("postgres").toString(), "-D", data().toString(), "-c", "listen_addresses=", "-c", "fsync=off",
            "-c", "unix_socket_directories=" + sockets());
    }

    @Override
    Command asked(String sql) throws Exception {
        return Command.run(as(List.of("psql", "-X", "-At", "-h", sockets().toString(), "-U", "postgres", "-d", "postgres", "-c", sql)));
    }

    @Override
    String endSignal() {
        return "INT";
    }

    @Override
    Path socket() {
        return sockets().resolve(".s.PGSQL.5432");
    }
}
