package warren.system;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A private MariaDB, whose superuser is the account of its own UID. */
final class Mariadb extends DatabaseServer {
    Mariadb(Machine machine, int uid, Map<String, Integer> owners) throws Exception {
        super(machine, "mysql", uid, owners);
        Command.run(as(List.of("mariadb-install-db", "--no-defaults", "--datadir=" + data(), "--auth-root-authentication-method=socket",
            "--auth-root-socket-user=mysql", "--skip-test-db", "--skip-name-resolve"))).orFail();
        start();
    }

    @Override
    List<String> program() {
        return List.of("/usr/sbin/mariadbd", "--no-defaults", "--datadir=" + data(), "--socket=" + socket(), "--skip-networking",
            "--innodb-buffer-pool-size=16M", "--innodb-log-file-size=8M", "--innodb-flush-log-at-trx-commit=0", "--plugin-maturity=stable");
    }

    @Override
    Command asked(String sql) throws Exception {
        return Command.run(as(List.of("mariadb", "--no-defaults", "-BN", "--socket=" + socket(), "--user=mysql", "-e", sql)));
    }

    @Override
    String endSignal() {
        return "TERM";
    }

    @Override
    Path socket() {
        return sockets().resolve("mysqld.sock");
    }
}
